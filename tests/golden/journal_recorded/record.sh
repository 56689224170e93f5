#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How in/logs/recorded.journal.zst was made: by systemd-journal-remote 252 from recorded.export.
set -eu
cd "$(dirname "$0")"
/lib/systemd/systemd-journal-remote -o "$PWD/in/logs/recorded.journal" recorded.export
zstd -19 -q --rm in/logs/recorded.journal
