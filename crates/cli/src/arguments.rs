//! The command line, in the words of `mlflow server` where it has one.
#![expect(clippy::doc_markdown, reason = "these comments are the help texts that people read")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// A model registry whose stages mean something.
#[derive(Debug, Parser)]
#[command(name = "greenroom", version)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How commands find the server, and how they answer.
#[derive(Args, Debug)]
pub(crate) struct Connection {
    /// The server [default: $GREENROOM_URL, else $MLFLOW_TRACKING_URI, else http://127.0.0.1:5000].
    #[arg(long, global = true)]
    pub(crate) url: Option<String>,
    /// Tables for people or JSON for scripts.
    #[arg(long, short, global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,
}

/// How answers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server.
    Server(Box<ServerOptions>),
    /// List registered models, or show one.
    Models {
        /// Show this one.
        name: Option<String>,
        /// Only models that match, in MLflow's search syntax: "name ILIKE '%fraud%'".
        #[arg(long, conflicts_with = "name")]
        filter: Option<String>,
    },
    /// List a model's versions.
    Versions {
        name: String,
        /// Only those in this stage.
        #[arg(long)]
        stage: Option<String>,
    },
    /// Move a version to a stage.
    Transition {
        name: String,
        version: i64,
        stage: String,
        /// Move the versions that are in the stage to the archive stage.
        #[arg(long)]
        archive_existing_versions: bool,
        /// Why; kept in the history.
        #[arg(long, short)]
        comment: Option<String>,
        /// Only say whether it would be allowed, and why; exits with 1 if not.
        #[arg(long)]
        dry_run: bool,
    },
    /// Copy a version to another registered model, with --with-artifacts also to another server. Tags and description
    /// come along; aliases and the stage stay behind.
    Copy(CopyOptions),
    /// Tell a model's history, or what its stages held at a time.
    History {
        /// A name, or the id of a deleted model.
        name: String,
        /// Only events about this version.
        #[arg(long)]
        version: Option<i64>,
        /// What the stages held at this time: 2026-05-03T12:00:00Z, or Unix milliseconds.
        #[arg(long, conflicts_with = "version")]
        at: Option<String>,
        /// Newest events to show.
        #[arg(long, short = 'n', default_value_t = 100)]
        limit: usize,
    },
    /// Show or change the stage definitions.
    #[command(subcommand)]
    Stages(StagesCommand),
    /// Recompute every hash of the event log; exits with 1 if something was removed, edited or reordered.
    Verify,
    /// Remove for good what was deleted: runs, logged models and experiments, with their artifacts. What a registered
    /// version needs is kept. Works on the database and the artifacts themselves, with the server's options.
    Gc(Box<GcOptions>),
    /// Print a completion script for a shell.
    Completions { shell: Shell },
}

/// What to copy, and where to.
#[derive(Args, Debug)]
pub(crate) struct CopyOptions {
    /// The version: models:/NAME/VERSION, models:/NAME/STAGE or models:/NAME@ALIAS.
    pub(crate) source: String,
    /// The registered model that is to have the copy; made if it is missing.
    pub(crate) model: String,
    /// Give the copy files of its own, in a new logged model; else it points to the files of the source.
    #[arg(long)]
    pub(crate) with_artifacts: bool,
    /// Copy to this server [default: the one that has the source]. A name and a password in the URL go to it alone; give
    /// them in the variable, because lists of processes show arguments.
    #[arg(long, value_name = "URL", env = "GREENROOM_COPY_TO", hide_env_values = true)]
    pub(crate) to: Option<String>,
    /// The experiment for the logged model; made if it is missing.
    #[arg(long, requires = "with_artifacts", default_value = greenroom_core::copy::EXPERIMENT)]
    pub(crate) experiment: String,
    /// Copy the files as they are now, even when they are no longer those of the digest that was recorded.
    #[arg(long, requires = "with_artifacts")]
    pub(crate) force: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StagesCommand {
    /// Show the definitions in force.
    Show,
    /// Put a document in force.
    Apply {
        /// A TOML file; - for standard input.
        #[arg(long, short)]
        file: PathBuf,
    },
}

/// Each option: flag, else environment (GREENROOM_..., then mlflow server's own variable), else
/// greenroom.toml, else the default.
#[derive(Args, Debug, Default)]
pub(crate) struct ServerOptions {
    /// Address to listen on [env: GREENROOM_HOST, MLFLOW_HOST] [default: 127.0.0.1].
    #[arg(long, short = 'H')]
    pub(crate) host: Option<String>,
    /// Port to listen on [env: GREENROOM_PORT, MLFLOW_PORT] [default: 5000].
    #[arg(long, short)]
    pub(crate) port: Option<u16>,
    /// sqlite:///file.db or postgresql://user:password@host/database
    /// [env: GREENROOM_BACKEND_STORE_URI, MLFLOW_BACKEND_STORE_URI] [default: sqlite:///greenroom-data/greenroom.db].
    #[arg(long)]
    pub(crate) backend_store_uri: Option<String>,
    #[command(flatten)]
    pub(crate) artifacts: ArtifactOptions,
    /// A path in front of everything, like /mlflow [env: GREENROOM_STATIC_PREFIX, MLFLOW_STATIC_PREFIX].
    #[arg(long)]
    pub(crate) static_prefix: Option<String>,
    /// Names under which browsers and clients may reach the server, comma-separated
    /// [env: GREENROOM_ALLOWED_HOSTS, MLFLOW_SERVER_ALLOWED_HOSTS] [default: localhost and IP addresses].
    #[arg(long)]
    pub(crate) allowed_hosts: Option<String>,
    /// Origins of other web pages that may write, comma-separated
    /// [env: GREENROOM_CORS_ALLOWED_ORIGINS, MLFLOW_SERVER_CORS_ALLOWED_ORIGINS].
    #[arg(long)]
    pub(crate) cors_allowed_origins: Option<String>,
    /// Connections to PostgreSQL at most [env: GREENROOM_POOL_SIZE] [default: 20].
    #[arg(long)]
    pub(crate) pool_size: Option<usize>,
    /// Seconds after which a client is given up that neither sends what it announced nor takes what it asked for
    /// [env: GREENROOM_IDLE_TIMEOUT] [default: 30].
    #[arg(long)]
    pub(crate) idle_timeout: Option<u64>,
    /// How log lines look: text or json [env: GREENROOM_LOG_FORMAT] [default: text].
    #[arg(long)]
    pub(crate) log_format: Option<String>,
    /// What is logged, for example info or debug [env: GREENROOM_LOG] [default: info].
    #[arg(long)]
    pub(crate) log: Option<String>,
    /// A file with these options as keys [default: greenroom.toml, if it exists].
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
}

/// What to remove for good, and where the server keeps it.
#[derive(Args, Debug, Default)]
pub(crate) struct GcOptions {
    /// Only what was deleted at least so long ago: 30d, 8h, 1d2h3m4s.
    #[arg(long)]
    pub(crate) older_than: Option<String>,
    /// Only these deleted runs, comma-separated.
    #[arg(long, value_delimiter = ',')]
    pub(crate) run_ids: Vec<String>,
    /// Only these deleted logged models, comma-separated.
    #[arg(long, value_delimiter = ',')]
    pub(crate) logged_model_ids: Vec<String>,
    /// Only these deleted experiments, comma-separated, with what is in them.
    #[arg(long, value_delimiter = ',')]
    pub(crate) experiment_ids: Vec<String>,
    /// Only tell what would go, how much that is, and what is kept and why; change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// As the server has it: sqlite:///file.db or postgresql://user:password@host/database
    /// [env: GREENROOM_BACKEND_STORE_URI, MLFLOW_BACKEND_STORE_URI] [default: sqlite:///greenroom-data/greenroom.db].
    #[arg(long)]
    pub(crate) backend_store_uri: Option<String>,
    #[command(flatten)]
    pub(crate) artifacts: ArtifactOptions,
    /// A file with the server's options as keys [default: greenroom.toml, if it exists].
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
}

/// Where artifacts are kept and who hands them through.
#[derive(Args, Debug, Default)]
pub(crate) struct ArtifactOptions {
    /// Where this server keeps artifacts: a folder, s3://bucket/prefix (any S3: MLFLOW_S3_ENDPOINT_URL, AWS_...),
    /// gs://bucket/prefix, wasbs:// or abfss://container@account.../prefix
    /// [env: GREENROOM_ARTIFACTS_DESTINATION, MLFLOW_ARTIFACTS_DESTINATION] [default: ./greenroom-data/artifacts].
    #[arg(long)]
    pub(crate) artifacts_destination: Option<String>,
    /// Where the artifacts of new experiments are: mlflow-artifacts:/ = they go through this server
    /// [env: GREENROOM_DEFAULT_ARTIFACT_ROOT, MLFLOW_DEFAULT_ARTIFACT_ROOT]
    /// [default: mlflow-artifacts:/, without --serve-artifacts the destination].
    #[arg(long)]
    pub(crate) default_artifact_root: Option<String>,
    /// Hand artifacts through, to and from the destination (the default)
    /// [env: GREENROOM_SERVE_ARTIFACTS, MLFLOW_SERVE_ARTIFACTS].
    #[arg(long, overrides_with = "no_serve_artifacts")]
    pub(crate) serve_artifacts: bool,
    /// Hand no artifacts through: clients reach the storage themselves.
    #[arg(long, overrides_with = "serve_artifacts")]
    pub(crate) no_serve_artifacts: bool,
    /// Hand artifacts through and do nothing else [env: GREENROOM_ARTIFACTS_ONLY, MLFLOW_ARTIFACTS_ONLY].
    #[arg(long)]
    pub(crate) artifacts_only: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
