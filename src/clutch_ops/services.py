"""What service managers need to keep a site running: files under `DIR/etc`, put in place by hand.

All of them keep the holder alive and nothing else; none takes part in an update. None gives up: a
database that is not there yet when the machine starts must not leave the site down for good.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import socket
from pathlib import Path

from clutch_ops import durable, settings
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused

KEEPERS = ("none", "systemd", "supervisor", "pm2")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# Everything else means something in one of their files: a variable, a comment, the next word.
_ROOT = re.compile(r"[\w./@+:~,-]+")

UNIT = """\
[Unit]
Description=Clutch ({name})
After=network-online.target
Wants=network-online.target
Requires={name}.socket
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
WatchdogSec=30
User={user}
WorkingDirectory={root}
ExecStart={root}/bin/clutch serve
Restart=always
RestartSec=2
TimeoutStartSec=120
TimeoutStopSec=15
KillMode=mixed
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={root}
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""
SOCKET = """\
[Unit]
Description=Socket of Clutch ({name})

[Socket]
ListenStream={listen}
Backlog=2048

[Install]
WantedBy=sockets.target
"""
PROGRAM = """\
[program:{name}]
command={root}/bin/clutch serve
directory={root}
user={user}
autostart=true
autorestart=true
startsecs=2
startretries=300
stopsignal=TERM
stopwaitsecs=15
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={root}/run/supervisor.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2
"""


def check(layout: Layout, keeper: str, name: str) -> None:
    """See that both can stand in a service manager's file.

    Raises:
        Refused: the name or the folder holds what would mean something else there.
    """
    if not _NAME.fullmatch(name):
        raise Refused(
            f"{name!r} is no name for a service.",
            "Choose one of letters, digits, dots, dashes and underscores: --name 1337-backend",
        )
    if keeper != "none" and not _ROOT.fullmatch(str(layout.root)):
        raise Refused(
            f"{layout.root} has a space or a sign in it that service managers misread.",
            "Choose a folder of letters, digits, dots, dashes and underscores.",
        )


def files(layout: Layout, keeper: str, name: str) -> dict[Path, str]:
    """The files and their text."""
    etc = layout.root / "etc"
    user = pwd.getpwuid(os.geteuid()).pw_name
    facts = {"name": name, "root": layout.root, "user": user, "listen": _listen(layout)}
    if keeper == "systemd":
        units = {f"{name}.service": UNIT, f"{name}.socket": SOCKET}
        return {etc / file: text.format(**facts) for file, text in units.items()}
    if keeper == "supervisor":
        return {etc / f"{name}.conf": PROGRAM.format(**facts)}
    if keeper == "pm2":
        return {etc / "ecosystem.config.json": _pm2(layout, name)}
    return {}


def write(layout: Layout, keeper: str, name: str) -> None:
    """Write them."""
    for path, text in files(layout, keeper, name).items():
        path.parent.mkdir(exist_ok=True, mode=0o755)
        durable.write_text(path, text, mode=0o644)


def _listen(layout: Layout) -> str:
    """The address as a socket unit takes it: numbers, IPv6 in brackets."""
    host, port = settings.address(layout)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return f"{host}:{port}"  # `serve` will say what is wrong with it
    number = str(found[0][4][0])
    return f"[{number}]:{port}" if ":" in number else f"{number}:{port}"


def advice(layout: Layout) -> str:
    """What to type to have it run."""
    name, etc = layout.facts["name"], layout.root / "etc"
    return {
        "systemd": f"cp {etc}/{name}.* /etc/systemd/system/ && systemctl daemon-reload && "
        f"systemctl enable --now {name}.socket {name}.service",
        "supervisor": f"cp {etc}/{name}.conf /etc/supervisor/conf.d/ && supervisorctl update",
        "pm2": f"pm2 start {etc}/ecosystem.config.json && pm2 save",
        "none": f"{layout.launcher} serve",
    }[layout.facts["keeper"]]


def start(layout: Layout) -> str:
    """What to type when it is in place already, and does not run."""
    name = layout.facts.get("name")
    return {
        "systemd": f"systemctl start {name}",
        "supervisor": f"supervisorctl start {name}",
        "pm2": f"pm2 start {layout.root}/etc/ecosystem.config.json",
    }.get(str(layout.facts.get("keeper")), f"{layout.launcher} serve")


def stop(layout: Layout) -> str:
    """What to type to have it stand still: its keeper must not start it again."""
    name = layout.facts.get("name")
    return {
        "systemd": f"systemctl stop {name}.socket {name}.service",
        "supervisor": f"supervisorctl stop {name}",
        "pm2": f"pm2 stop {name}",
    }.get(str(layout.facts.get("keeper")), "Ctrl-C where its `serve` runs")


def stale(layout: Layout) -> list[Path]:
    """Files that are not as `write` would write them now: another port, another folder."""
    facts = layout.facts
    wanted = files(layout, str(facts.get("keeper")), str(facts.get("name")))
    return [path for path, text in wanted.items() if _text_of(path) != text]


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _pm2(layout: Layout, name: str) -> str:
    program = {
        "name": name,
        "script": str(layout.launcher),
        "args": "serve",
        "cwd": str(layout.root),
        "interpreter": "none",
        "exec_mode": "fork",
        "instances": 1,
        "autorestart": True,
        "exp_backoff_restart_delay": 100,
        "kill_timeout": 15000,
        "treekill": False,
        "vizion": False,
    }
    return json.dumps({"apps": [program]}, indent=2) + "\n"
