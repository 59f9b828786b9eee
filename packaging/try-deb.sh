#!/usr/bin/env bash
# Install a .deb into a bare Debian, run its station to the first sound, remove and purge it: try-deb.sh FILE.deb [FOLDER]
#
# As root, with debootstrap. FOLDER keeps the bare Debian for the next time. Nothing starts by systemd in there: the
# unit's own ExecStart is run, as its User. The sound goes into a file through the sink `pipe`, in hours that are open.
set -euo pipefail
deb=$(realpath "$1")
work=${2:-$(mktemp -d)}
bare=$work/bare.tar root=$work/root
mkdir -p "$work"
say() { printf '%3d s  %s\n' "$((SECONDS - begun))" "$1"; }
enter=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$root")
inside() { "${enter[@]}" "$@"; }
fail() { echo "FAILED: $1" >&2; exit 1; }

if [ "${LOA_TRY_INSIDE:-}" != yes ]; then # its own mounts and processes: whatever happens, all of them end with it
  LOA_TRY_INSIDE=yes exec unshare --mount --pid --fork --kill-child bash "$0" "$deb" "$work"
fi

begun=$SECONDS
if [ ! -f "$bare" ]; then
  rm -rf "$root"
  debootstrap --variant=minbase "${SUITE:-bookworm}" "$root" >"$work/debootstrap.log"
  tar -C "$root" -cf "$bare.new" . && mv "$bare.new" "$bare"
fi
rm -rf "$root" && mkdir "$root" && tar -C "$root" -xf "$bare"
mount -t proc proc "$root/proc"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod 755 "$root/usr/sbin/policy-rc.d"
cp "$deb" "$root/tmp/loa.deb"
say "a bare Debian ($(cat "$root/etc/debian_version"), $(dpkg-deb -f "$deb" Architecture))"

begun=$SECONDS
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends /tmp/loa.deb >"$work/install.log" 2>&1 || { tail -30 "$work/install.log"; fail "install"; }
say "installed, from the archive of Debian too"
[ "$(inside stat -c '%U %G %a' /var/lib/loa)" = "loa loa 700" ] || fail "the home is not loa's alone"
[ -e "$root/etc/systemd/system/multi-user.target.wants/loa.service" ] || [ -L "$root/etc/systemd/system/multi-user.target.wants/loa.service" ] || fail "not enabled"
inside loa --version | grep -q "$(dpkg-deb -f "$deb" Version | sed "s/+.*//")" || fail "another version answers"

inside /opt/loa/current/bin/python - <<'PY'
import re
from pathlib import Path

path = Path("/var/lib/loa/station.toml")
text = re.sub(r"(?m)^windows = .*", 'windows = ["00:00-23:59"]', path.read_text())
path.write_text(text.replace('kind = "device"\n', 'kind = "pipe"\noptions = {command = ["tee", "/tmp/heard.raw"]}\n'))
PY
unit=$root/lib/systemd/system/loa.service
user=$(sed -n 's/^User=//p' "$unit")
read -ra command <<<"$(sed -n 's/^ExecStart=//p' "$unit")"
"${enter[@]}" setpriv --reuid "$user" --regid "$user" --init-groups env HOME=/var/lib/loa "${command[@]}" >"$work/up.log" 2>&1 &
station=$!
loud() {
  inside /opt/loa/current/bin/python -c '
import sys, pathlib, numpy
f = pathlib.Path("/tmp/heard.raw")
raw = f.read_bytes() if f.exists() else b""
n = numpy.frombuffer(raw[:len(raw) // 2 * 2], "<i2")
sys.exit(not (numpy.abs(n.astype(int)) > 500).sum() > 24000)'
}
until loud; do
  [ $((SECONDS - begun)) -lt 900 ] || { tail -30 "$work/up.log"; fail "no sound"; }
  sleep 2
done
say "FIRST SOUND (from the start of the installation)"
inside loa doctor >"$work/doctor.log" 2>&1 || true
grep -E '^(HỎNG|LƯU Ý)' "$work/doctor.log" || true
kill -TERM "$station" && wait "$station" || true
grep -q "Đài đã tắt" "$work/up.log" || fail "the station did not end in order"
say "stopped in order"

begun=$SECONDS
inside apt-get remove -y -qq loa-xa >"$work/remove.log" 2>&1 || { tail "$work/remove.log"; fail "remove"; }
[ ! -e "$root/opt/loa" ] && [ ! -e "$root/usr/bin/loa" ] || fail "remove left programs: $(find "$root/opt/loa" | head -5)"
[ -s "$root/var/lib/loa/station.db" ] || fail "remove took the station"
inside apt-get purge -y -qq loa-xa >"$work/purge.log" 2>&1 || { tail "$work/purge.log"; fail "purge"; }
[ ! -e "$root/var/lib/loa" ] || fail "purge left the home in its place"
kept=$(echo "$root"/var/backups/loa-*)
[ -s "$kept/station.db" ] || fail "purge lost the play log"
[ "$(stat -c %a "$kept")" = 700 ] || fail "what purge kept is open to others"
grep -q "KHÔNG bị xóa" "$work/purge.log" || fail "purge did not say where the data is"
[ -z "$(find "$root/etc/systemd" "$root/lib/systemd" -name 'loa*')" ] || fail "purge left the unit"
say "removed and purged; the station's data in ${kept#"$root"}"
