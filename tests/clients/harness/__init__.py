"""What the client tests stand on: servers as processes, databases, names, raw HTTP, clients."""
