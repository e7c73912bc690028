//! Settings of the service: flags, each with an environment variable.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, ValueEnum};
use kepu_domain::webhook::address::Network;

/// Where the data lives.
#[derive(Debug, Clone, Args)]
pub struct DataConfig {
    /// PostgreSQL to use. Without it kepu starts a private one in its data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// The same database as a login that can do no more than the role kepu_app. Without it requests run as the user of
    /// DATABASE_URL under SET ROLE.
    #[arg(long, env = "KEPU_APP_DATABASE_URL", hide_env_values = true, requires = "database_url")]
    pub app_database_url: Option<String>,

    /// Folder for the private PostgreSQL and for files.
    #[arg(long, env = "KEPU_DATA", default_value = ".data")]
    pub data_dir: PathBuf,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// For people.
    Text,
}

/// Settings of the running service.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Config {
    /// Where the data lives.
    #[command(flatten)]
    pub data: DataConfig,

    /// Address and port to listen on.
    #[arg(long, env = "KEPU_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Where files such as evidence are kept: a folder, or s3://bucket/prefix with the usual AWS_… variables.
    /// By default the folder `files` in the data folder.
    #[arg(long, env = "KEPU_FILES")]
    pub files: Option<String>,

    /// Address at which people open the pages, as https://kepu.example.cn: printed in QR codes and written into feeds.
    /// By default the one at which a request came in. Badges are signed in its name, so without it none is.
    #[arg(long, env = "KEPU_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Sign badges in the name of whatever address a request came in at: for the demonstration, of which nobody keeps any.
    #[arg(skip)]
    pub sign_anywhere: bool,

    /// Mark cookies as Secure. Turn on wherever the pages are served over https.
    #[arg(long, env = "KEPU_SECURE_COOKIES")]
    pub secure_cookies: bool,

    /// Believe X-Forwarded-For. Turn on only behind a proxy that sets it.
    #[arg(long, env = "KEPU_TRUST_PROXY")]
    pub trust_proxy: bool,

    /// Requests per second that one account may make for long (and one address, times four); 0 means no limit.
    #[arg(long, env = "KEPU_RATE", default_value_t = 50)]
    pub rate: u32,

    /// Database connections.
    #[arg(long, env = "KEPU_CONNECTIONS", default_value_t = 32)]
    pub connections: u32,

    /// Largest body in bytes, uploads excepted.
    #[arg(long, env = "KEPU_BODY_LIMIT", default_value_t = 2 * 1024 * 1024)]
    pub body_limit: usize,

    /// Largest uploaded file in bytes.
    #[arg(long, env = "KEPU_UPLOAD_LIMIT", default_value_t = 64 * 1024 * 1024)]
    pub upload_limit: usize,

    /// Seconds after which a request is given up.
    #[arg(long, env = "KEPU_REQUEST_TIMEOUT", default_value_t = 60)]
    pub request_timeout: u64,

    /// Seconds that running requests and jobs get to finish when the service stops.
    #[arg(long, env = "KEPU_GRACE", default_value_t = 20)]
    pub grace: u64,

    /// Networks that webhooks may reach although they are not public, as 10.20.0.0/16, separated by commas.
    #[arg(long, env = "KEPU_WEBHOOK_NETWORKS", value_delimiter = ',')]
    pub webhook_networks: Vec<Network>,

    /// Let webhooks go over plain http and to any port. For trying out: what is sent can be read on its way.
    #[arg(long, env = "KEPU_WEBHOOK_HTTP")]
    pub webhook_http: bool,

    /// How log lines look.
    #[arg(long, env = "KEPU_LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,
}

#[derive(Parser)]
struct Defaults {
    #[command(flatten)]
    config: Config,
}

impl Config {
    /// The defaults, with what the environment sets.
    pub fn from_env() -> Self {
        Defaults::parse_from(["kepu"]).config
    }

    /// After this time a request is given up.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout)
    }

    /// What running work gets to finish.
    pub fn grace(&self) -> Duration {
        Duration::from_secs(self.grace)
    }
}
