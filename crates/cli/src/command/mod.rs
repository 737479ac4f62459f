//! The commands, one file per noun: all but `gc` talk to a server.

mod copy;
mod event;
mod gc;
mod model;
mod stage;

use greenroom_client::Client;

pub(crate) use gc::run as gc;

use crate::arguments::{Command, Connection};

/// The server to talk to, and how to answer.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) json: bool,
}

pub(crate) async fn run(connection: &Connection, command: Command) -> Result<(), String> {
    let url = connection.url.clone().or_else(|| var("GREENROOM_URL")).or_else(tracking_uri);
    let client = Client::new(url.as_deref().unwrap_or("http://127.0.0.1:5000")).map_err(text)?;
    let session = Session { client, json: connection.output == crate::arguments::Format::Json };
    match command {
        Command::Models { name: Some(name), .. } => model::show(&session, &name).await,
        Command::Models { name: None, filter } => model::list(&session, filter.as_deref()).await,
        Command::Versions { name, stage } => model::versions(&session, &name, stage.as_deref()).await,
        Command::Transition { name, version, stage, archive_existing_versions, comment, dry_run } => {
            let ask = stage::Ask { name: &name, version, stage: &stage, archive: archive_existing_versions };
            if dry_run {
                stage::decide(&session, &ask).await
            } else {
                stage::transition(&session, &ask, comment.as_deref()).await
            }
        }
        Command::Copy(options) => copy::run(&session, &options).await,
        Command::History { name, at: Some(at), .. } => stage::as_of(&session, &name, &at).await,
        Command::History { name, version, limit, .. } => {
            event::history(&session, &name, version, limit).await
        }
        Command::Stages(command) => stage::definitions(&session, command).await,
        Command::Verify => event::verify(&session).await,
        Command::Server(_) | Command::Gc(_) | Command::Completions { .. } => {
            Err("this command needs no server".to_owned())
        }
    }
}

fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// MLflow's variable may also name a folder or a database; then it is not for us.
fn tracking_uri() -> Option<String> {
    var("MLFLOW_TRACKING_URI").filter(|uri| uri.starts_with("http://") || uri.starts_with("https://"))
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
pub(crate) fn text(error: greenroom_client::Error) -> String {
    error.to_string()
}
