"""What service managers need to keep a site running: files under `DIR/etc`, put in place by hand.

All of them keep the holder alive and nothing else; none takes part in an update.
"""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path

from clutch_ops import durable, settings
from clutch_ops.layout import Layout

KEEPERS = ("none", "systemd", "supervisor", "pm2")

UNIT = """\
[Unit]
Description=Clutch ({name})
After=network-online.target
Wants=network-online.target
Requires={name}.socket

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
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={root}
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""
SOCKET = """\
[Unit]
Description=Socket of Clutch ({name})

[Socket]
ListenStream={host}:{port}
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
stopsignal=TERM
stopwaitsecs=15
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={root}/run/supervisor.log
"""


def files(layout: Layout, keeper: str, name: str) -> dict[Path, str]:
    """The files and their text."""
    etc = layout.root / "etc"
    host, port = settings.address(layout)
    user = pwd.getpwuid(os.geteuid()).pw_name
    facts = {"name": name, "root": layout.root, "user": user, "host": host, "port": port}
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
        "kill_timeout": 15000,
        "treekill": False,
    }
    return json.dumps({"apps": [program]}, indent=2) + "\n"
