#!/usr/bin/env bash
# Pacemaker's own driver of its scheduler tests, unmodified, judges our binary.
#   drive.sh CHECKOUT [BINARY]   CHECKOUT: of ClusterLabs/pacemaker, not built; BINARY: systole
# Fills in the placeholders of a copy as their configure would. Ends with the driver's own exit status: 0 when every test passed.
set -euo pipefail
checkout=$(realpath "${1:?usage: drive.sh CHECKOUT [BINARY]}")
here=$(realpath "$(dirname "$0")/../..")
binary=$(realpath "${2:-${CARGO_TARGET_DIR:-$here/target}/release/systole}")
[ -e "$checkout/cts/cts-scheduler.in" ] || { echo "drive.sh: $checkout has no cts/cts-scheduler.in: is it a checkout of Pacemaker?" >&2; exit 66; }
[ -x "$binary" ] || { echo "drive.sh: there is no $binary: cargo build --release -p systole" >&2; exit 66; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$checkout/cts" "$checkout/python" "$work"
fill() { sed "s|@PYTHON@|$(command -v python3)|g; s|@abs_top_[a-z]*dir@|$work|g; s|@[A-Za-z_]*@|/nonexistent|g" "$work/$1.in" > "$work/$1"; }
fill cts/cts-scheduler
fill python/pacemaker/buildoptions.py
ln -s "$binary" "$work/crm_simulate"
mkdir "$work/out"

# From a directory of its own: the driver takes anything called core for a dumped one.
status=0
(cd "$work" && python3 cts/cts-scheduler -b "$work/crm_simulate" -o "$work/out") > "$work/said" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
    tail -3 "$work/said"
    head -100 "$work/out/test-output.diff" 2>/dev/null || cat "$work/said"
else
    echo "$(grep -c 'SchedulerTest(' "$work/cts/cts-scheduler") tests, and the driver found nothing to complain about"
fi
exit "$status"
