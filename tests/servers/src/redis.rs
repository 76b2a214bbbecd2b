//! A Redis server.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use crate::{
    certificate::Certificate,
    folder::Folder,
    process::{Process, Signal, free_port},
    programs::{Account, command, find},
};

/// What a server asks of its clients.
#[derive(Debug, Clone, Default)]
pub struct RedisOptions {
    /// The default user's.
    pub password: Option<String>,
    /// TLS only, by a certificate for `localhost` and 127.0.0.1 from an authority of its own.
    pub tls: bool,
    /// A cluster of this one server, which has all the slots: commands whose keys are in two of them are refused.
    pub cluster: bool,
}

/// A server of its own, which keeps nothing on the disk.
pub struct Redis {
    process: Option<Process>,
    port: u16,
    options: RedisOptions,
    account: Option<Account>,
    folder: Folder,
}

impl Redis {
    /// Starts one on a free port.
    pub fn start() -> Self {
        Self::start_with(RedisOptions::default())
    }

    /// Starts one that asks for more.
    pub fn start_with(options: RedisOptions) -> Self {
        let account = Account::unprivileged();
        let folder = Folder::new("redis", account);
        if options.tls {
            let Certificate { authority, chain, key } = Certificate::new();
            for (name, text) in [("authority.pem", authority), ("chain.pem", chain), ("key.pem", key)] {
                folder.write(name, &text);
            }
        }
        let mut server = Self { process: None, port: 0, options, account, folder };
        let came = (0..5).any(|_| {
            server.port = free_port();
            server.comes_up()
        });
        assert!(came, "Redis did not start:\n{}", server.folder.read("log"));
        server
    }

    fn comes_up(&mut self) -> bool {
        let settings = self.folder.write("redis.conf", &self.settings());
        let mut server = command(&find("redis-server", "redis-server"), self.account, "KILL");
        server.arg(settings).current_dir(self.folder.path());
        let mut process = Process::start("Redis", server, Stdio::null());
        let came = process.comes_up(|| self.ask(&["PING"]).is_ok_and(|answer| answer == "PONG"))
            && (!self.options.cluster || process.comes_up(|| self.has_slots()));
        self.process = came.then_some(process);
        came
    }

    /// Asked again when it has them already, it refuses, which does no harm.
    fn has_slots(&self) -> bool {
        let _ = self.ask(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
        self.ask(&["CLUSTER", "INFO"]).is_ok_and(|info| info.contains("cluster_state:ok"))
    }

    fn settings(&self) -> String {
        let folder = self.folder.path().display();
        let mut lines = vec![
            "bind 127.0.0.1".to_owned(),
            format!("dir {folder}"),
            format!("logfile {folder}/log"),
            "save \"\"".to_owned(),
            "appendonly no".to_owned(),
        ];
        lines.extend(self.options.password.as_ref().map(|password| format!("requirepass {password}")));
        if self.options.cluster {
            lines.push(format!("cluster-enabled yes\ncluster-port {}", free_port()));
        }
        if self.options.tls {
            lines.extend([
                "port 0".to_owned(),
                format!("tls-port {}", self.port),
                "tls-auth-clients no".to_owned(),
            ]);
            lines.push(format!("tls-ca-cert-file {folder}/authority.pem"));
            lines.push(format!("tls-cert-file {folder}/chain.pem\ntls-key-file {folder}/key.pem"));
        } else {
            lines.push(format!("port {}", self.port));
        }
        lines.join("\n")
    }

    /// Its address, with the password if there is one.
    pub fn url(&self) -> String {
        let scheme = if self.options.tls { "rediss" } else { "redis" };
        let password = self.options.password.as_ref().map_or_else(String::new, |word| format!(":{word}@"));
        format!("{scheme}://{password}127.0.0.1:{}", self.port)
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The file with the authority that a client must trust, when it speaks TLS.
    pub fn authority(&self) -> Option<PathBuf> {
        self.options.tls.then(|| self.folder.path().join("authority.pem"))
    }

    /// Runs a command through `redis-cli`.
    ///
    /// # Errors
    /// What it complains of.
    pub fn ask(&self, words: &[&str]) -> Result<String, String> {
        let mut client = Command::new(find("redis-cli", "redis-tools"));
        client.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-e"]).stdin(Stdio::null());
        if let Some(password) = &self.options.password {
            client.env("REDISCLI_AUTH", password);
        }
        if let Some(authority) = self.authority() {
            client.arg("--tls").arg("--cacert").arg(authority);
        }
        let done = client.args(words).output().expect("redis-cli to run");
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if done.status.success() { Ok(said(&done.stdout)) } else { Err(said(&done.stderr)) }
    }

    /// Forgets everything, scripts too.
    pub fn flush(&self) {
        self.ask(&["FLUSHALL"]).and_then(|_| self.ask(&["SCRIPT", "FLUSH"])).expect("a server that answers");
    }

    /// Stops it and waits until it has stopped: everything is forgotten. Nothing happens to one that does not run.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.end(Signal::TERM);
        }
    }

    /// Starts it again where it was, empty.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "Redis runs already");
        // Somebody else may hold the port for a moment.
        let came = (0..20).any(|again| {
            std::thread::sleep(Duration::from_millis(50) * again);
            self.comes_up()
        });
        assert!(came, "Redis did not start again:\n{}", self.folder.read("log"));
    }

    /// Stops it where it is: connections stay open and nobody answers.
    pub fn pause(&self) {
        self.process.as_ref().inspect(|process| process.pause());
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.process.as_ref().inspect(|process| process.resume());
    }
}
