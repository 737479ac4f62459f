//! `greenroom`: the server, and the commands that a person or a CI job types.

mod arguments;
mod artifact_config;
mod command;
mod config;
mod output;
mod serve;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::fail(&format!("the runtime cannot be started: {error}")),
    };
    let outcome = match arguments.command {
        Command::Server(options) => runtime.block_on(serve::run(options)),
        Command::Gc(options) => runtime.block_on(command::gc(*options, arguments.connection.output)),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "greenroom", &mut std::io::stdout());
            Ok(())
        }
        command => runtime.block_on(command::run(&arguments.connection, command)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => output::fail(&message),
    }
}
