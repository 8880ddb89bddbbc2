//! A full disk: the sender is told so, nothing that was accepted is lost, and work goes on once there is space again.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::problem;
use crate::crash::counted;
use crate::crash::traffic::{Batch, Traffic, Truth, declare_schools};
use crate::server::{Answer, Folder, Request, Server, program, run};

const START: &str = "2025-11-17T12:00:00Z";

/// A small disk of our own, where the machine lets us have one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(at).output().ok()?;
        mounted.status.success().then(|| Self(at.to_owned()))
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Fills it up to the last `left` bytes.
    fn fill(&self, left: u64) {
        let mut file = std::fs::File::create(self.ballast()).unwrap();
        while file.write(&[0; 4_096]).is_ok_and(|written| written > 0) {}
        let length = file.metadata().unwrap().len();
        file.set_len(length - left.min(length)).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

/// Sends batches and counts those that were accepted.
struct Sender {
    traffic: Traffic,
    token: String,
    next: usize,
    truth: Truth,
}

impl Sender {
    fn new(token: String) -> Self {
        Self { traffic: Traffic::new(11), token, next: 0, truth: Truth::default() }
    }

    fn send(&self, to: SocketAddr, batch: &Batch) -> Answer {
        Request::events(&self.token, batch.body.clone())
            .header("Content-Type", batch.content_type)
            .header("Content-Encoding", batch.content_encoding)
            .send(to)
    }

    /// Sends until one is not accepted; that one, and the answer.
    fn send_until_full(&mut self, to: SocketAddr) -> (Batch, Answer) {
        for _ in 0..2_000 {
            let mut truth = Truth::default();
            let batch = self.traffic.batch(self.next, &mut truth);
            self.next += 1;
            let answer = self.send(to, &batch);
            if answer.status != 202 {
                // Counted all the same: it will be sent again until it is accepted.
                self.truth.add(truth);
                return (batch, answer);
            }
            self.truth.add(truth);
        }
        panic!("the disk was never full");
    }
}

fn start(folder: &Folder) -> Server {
    Server::start_demonstration(folder, START)
}

#[test]
fn a_full_disk_loses_nothing_and_is_told() {
    let folder = Folder::new();
    let Some(disk) = SmallDisk::mount(&folder.data()) else {
        println!("no disk of our own can be mounted here; the limited file below stands in for it");
        return;
    };
    let mut sender = Sender::new(folder.token("collect", "all"));
    let mut server = start(&folder);
    declare_schools(server.address(), &sender.token);
    disk.fill(600_000);
    let (refused, answer) = sender.send_until_full(server.address());
    insta::assert_snapshot!(problem(&answer), @"507 /problems/disk-full: The server's disk is full. nothing of this request was kept; send it again once the operator has freed some space, again after 60 s");
    assert!(sender.next > 3, "the disk was full from the start");
    // To the last byte; then nothing can be folded either, and the server still answers.
    disk.fill(0);
    assert_eq!(sender.send(server.address(), &refused).status, 507);
    let moved = serde_json::json!({ "now": "2025-11-17T12:00:01Z" }).to_string();
    let folding = Request::json("POST", "/demo/clock", &sender.token, moved).send(server.address());
    assert_eq!(folding.status, 507, "{}", folding.text());
    assert_eq!(Request::new("GET", "/healthz").send(server.address()).status, 200);

    // A crash at the worst moment; and the next start says what is wrong, or serves.
    server.kill();
    let data = folder.argument();
    let stuck = run(&["maintain", "--data", &data, "--now", START]);
    if !stuck.status.success() {
        let said = String::from_utf8_lossy(&stuck.stderr);
        assert!(said.contains("is full: free some space"), "{said}");
    }
    std::fs::remove_file(disk.ballast()).unwrap();
    server = start(&folder);
    let answer = sender.send(server.address(), &refused);
    assert_eq!(answer.status, 202, "{}", answer.text());
    refused.assert_answered_by(&answer.text());
    let (status, said) = server.stop();
    assert!(status.success(), "{}", String::from_utf8_lossy(&said));
    counted::assert_equal(&folder, &sender.truth, &["after a full disk"]);
}

#[test]
fn a_disk_that_is_full_for_a_while_needs_no_restart() {
    let folder = Folder::new();
    let mut sender = Sender::new(folder.token("collect", "all"));
    // Files may grow to so many blocks of 512 bytes and no further, until the limit is lifted.
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -S -f 6000; trap '' XFSZ; exec \"$@\"", "sh"]).arg(program().get_program());
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.data());
    command.args(["--demo", "--clock", "simulated", "--clock-start", START]);
    let server = Server::spawn(command);
    declare_schools(server.address(), &sender.token);
    let (refused, answer) = sender.send_until_full(server.address());
    assert!(problem(&answer).starts_with("507 /problems/disk-full"), "{}", answer.text());
    let lifted = Command::new("prlimit").args(["--fsize=unlimited", "--pid", &server.pid().to_string()]).status();
    assert!(lifted.unwrap().success());
    let answer = sender.send(server.address(), &refused);
    assert_eq!(answer.status, 202, "{}", answer.text());
    refused.assert_answered_by(&answer.text());
    let (status, said) = server.stop();
    assert!(status.success(), "{}", String::from_utf8_lossy(&said));
    counted::assert_equal(&folder, &sender.truth, &["after a disk that was full for a while"]);
}
