# SPDX-License-Identifier: Apache-2.0
"""A large syslog file such as a busy mail and name server writes, in rsyslog's traditional form. Made here: nobody hands out
real ones. The mix is our choice: half of the lines from two talkative daemons, then sshd and cron, then systemd, the
kernel, sudo and DHCP.
"""
import pathlib
import random

HOSTS = ["web1", "db01", "mail.example.net", "ip-10-0-0-17"]
USERS = ["root", "bob", "alice", "deploy", "postgres", "www-data", "backup", "oracle", "admin", "test"]
UNITS = ["apt-daily", "logrotate", "man-db", "fstrim", "nginx", "php8.2-fpm", "session-412", "user@1000", "certbot", "phpsessionclean"]


def lines(r: random.Random):
    """One line without time and host, for ever."""
    def ip() -> str:
        return f"{r.randrange(1, 224)}.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(1, 255)}"

    def queue() -> str:
        return "".join(r.choice("0123456789ABCDEF") for _ in range(11))

    kinds = {
        "postfix": (26, lambda: r.choice([
            f"postfix/smtpd[{r.randrange(9**6)}]: connect from unknown[{ip()}]",
            f"postfix/smtpd[{r.randrange(9**6)}]: disconnect from unknown[{ip()}] ehlo=1 auth=0/1 commands=1/2",
            f"postfix/qmgr[1187]: {queue()}: from=<{r.choice(USERS)}@example.net>, size={r.randrange(10**6)}, nrcpt=1 (queue active)",
            f"postfix/smtp[{r.randrange(9**6)}]: {queue()}: to=<{r.choice(USERS)}@example.org>, relay=mx.example.org[{ip()}]:25, delay={r.random():.2f}, "
            f"delays=0.1/0/0.2/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {queue()})"])),
        "named": (22, lambda: f"named[781]: client @0x7f{r.randrange(16**10):010x} {ip()}#{r.randrange(1024, 65536)} (example{r.randrange(500)}.com): "
                              f"query (cache) 'example{r.randrange(500)}.com/A/IN' denied"),
        "sshd": (18, lambda: r.choice([
            f"sshd[{r.randrange(9**6)}]: Failed password for invalid user {r.choice(USERS)} from {ip()} port {r.randrange(1024, 65536)} ssh2",
            f"sshd[{r.randrange(9**6)}]: Invalid user {r.choice(USERS)} from {ip()} port {r.randrange(1024, 65536)}",
            f"sshd[{r.randrange(9**6)}]: Connection closed by authenticating user root {ip()} port {r.randrange(1024, 65536)} [preauth]",
            f"sshd[{r.randrange(9**6)}]: Accepted publickey for {r.choice(USERS)} from {ip()} port {r.randrange(1024, 65536)} ssh2: ED25519 SHA256:q{queue()}"])),
        "cron": (14, lambda: r.choice([
            f"CRON[{r.randrange(9**6)}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
            f"CRON[{r.randrange(9**6)}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
            f"CRON[{r.randrange(9**6)}]: (www-data) CMD (php -f /var/www/nextcloud/cron.php)"])),
        "systemd": (9, lambda: r.choice([
            f"systemd[1]: {r.choice(UNITS)}.service: Deactivated successfully.",
            f"systemd[1]: Finished {r.choice(UNITS)}.service - Some maintenance of the machine.",
            f"systemd[1]: Started {r.choice(UNITS)}.service - Some maintenance of the machine.",
            f"systemd[1]: {r.choice(UNITS)}.service: Consumed {r.random():.3f}s CPU time."])),
        "kernel": (5, lambda: f"kernel: [{r.randrange(10**6)}.{r.randrange(10**6):06d}] [UFW BLOCK] IN=eth0 OUT= MAC=52:54:00:12:34:56 SRC={ip()} DST=10.0.0.17 LEN=40 "
                              f"TOS=0x00 PREC=0x00 TTL=244 ID={r.randrange(65536)} PROTO=TCP SPT={r.randrange(65536)} DPT={r.randrange(65536)} WINDOW=1024 RES=0x00 SYN URGP=0"),
        "dhclient": (3, lambda: f"dhclient[612]: DHCPACK of 10.0.0.17 from 10.0.0.1 (xid=0x{r.randrange(16**8):08x})"),
        "sudo": (2, lambda: r.choice([
            f"sudo: {r.choice(USERS):>8} : TTY=pts/{r.randrange(9)} ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/systemctl status {r.choice(UNITS)}",
            f"sudo: {r.choice(USERS):>8} : TTY=pts/{r.randrange(9)} ; PWD=/srv ; USER=root ; COMMAND=/usr/bin/tail -n 100 /var/log/syslog"])),
        "odd": (1, lambda: f"myapp[{r.randrange(9**5)}]: worker {r.randrange(64)} took {r.randrange(10**4)} ms for request /api/v1/items/{r.randrange(10**6)}"),
    }
    makers, weights = [m for _, m in kinds.values()], [w for w, _ in kinds.values()]
    while True:
        for make in r.choices(makers, weights, k=1000):
            yield make()


def write(target: pathlib.Path, megabytes: int) -> None:
    """The same bytes every time."""
    r = random.Random(1489)
    more, size, second = lines(r), 0, 0
    with open(target, "w", encoding="ascii") as out:
        while size < megabytes * 1_000_000:
            second += 1
            block = []
            for _ in range(400):
                day, rest = divmod(second, 86400)
                block.append(f"Mar {day + 1:2} {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02} {r.choice(HOSTS)} {next(more)}\n")
            text = "".join(block)
            size += len(text)
            out.write(text)
