//! Prints the OpenAPI document, for the generation of the UI's client.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(greenroom_wire::openapi::document().as_bytes())
}
