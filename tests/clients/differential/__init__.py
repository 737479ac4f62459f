"""The same requests to the Python MLflow server and to the server under test, answers compared."""
