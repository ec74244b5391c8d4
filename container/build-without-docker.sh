#!/bin/sh
# Builds the Dockerfile without a Docker engine, starts the image and asks it over HTTP.
#
#   sudo apt-get install buildah debootstrap crun
#   sudo container/build-without-docker.sh [option of buildah bud]...      for instance --build-arg PLUGINS=./plugins/NAME
#
# The base is a Debian made by debootstrap, with its own Python, under the name that the Dockerfile asks for.
# PIP_CERT, or else SSL_CERT_FILE, is a bundle of certificate authorities that pip in the build shall trust.
# PIP_INDEX_URL is passed on, KEEP=DIR keeps the base and the image storage in DIR, SUITE is the Debian (trixie).
set -eu

fail() {
    echo "build-without-docker: $*" >&2
    exit 1
}

[ "$(id -u)" -eq 0 ] || fail "must run as root, since debootstrap and buildah make files of other users"
for tool in buildah debootstrap unshare; do
    command -v "$tool" >/dev/null || fail "$tool is missing; apt-get install buildah debootstrap crun"
done
cd "$(dirname "$0")/.."

if [ -n "${KEEP:-}" ]; then
    mkdir -p "$KEEP"
    work=$KEEP
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
fi
chmod 755 "$work"
suite=${SUITE:-trixie}
base=$(sed -n 's/^ARG BASE=//p' Dockerfile)
image=codex-quota

buildah() {
    command buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" "$@"
}

if ! buildah inspect --type image "docker.io/library/$base" >/dev/null 2>&1; then
    echo "making a base: Debian $suite, as $base"
    [ -e "$work/base/usr/bin/python3" ] || debootstrap --variant=minbase \
        --include=python3,python3-venv,ca-certificates,tzdata "$suite" "$work/base" >"$work/debootstrap.log" \
        || fail "debootstrap failed: $(tail -n 3 "$work/debootstrap.log")"
    rm -rf "$work/base/var/cache/apt" "$work/base/var/lib/apt/lists"
    container=$(buildah from scratch)
    buildah add --quiet "$container" "$work/base" / >/dev/null
    buildah commit --quiet --rm "$container" "docker.io/library/$base" >/dev/null
    rm -rf "$work/base"
fi

printf '[global]\n' >"$work/pip.conf"
[ -z "${PIP_INDEX_URL:-}" ] || printf 'index-url = %s\n' "$PIP_INDEX_URL" >>"$work/pip.conf"
set -- --volume "$work/pip.conf:/etc/pip.conf:ro" "$@"
bundle=${PIP_CERT:-${SSL_CERT_FILE:-}}
if [ -n "$bundle" ]; then
    printf 'cert = /etc/ssl/build-machine.pem\n' >>"$work/pip.conf"
    set -- --volume "$bundle:/etc/ssl/build-machine.pem:ro" "$@"
fi
buildah bud --isolation chroot --pull-never --format docker --tag "$image" "$@" . >"$work/build.log" 2>&1 \
    || fail "the build failed: $(tail -n 20 "$work/build.log")"
buildah images

container=$(buildah from --pull-never "$image")
root=$(buildah mount "$container")
echo "codex-quota and what it needs: $(du -sm "$root/opt/codex-quota" | cut -f 1) MiB, on $(buildah run --isolation chroot "$container" -- python -V)"
buildah run --isolation chroot "$container" -- sh -c '! command -v pip pip3 gcc cc make git' || fail "the image holds these build tools"
! find "$root" -xdev -size +0 \( -name '*auth.json' -o -name pip.conf -o -name build-machine.pem \) | grep . \
    || fail "the image holds these files"

# crun refuses a machine whose cgroups are half of the old and half of the new kind; here it needs none.
unshare --mount --propagation private sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null || :; exec python3 "$@"' - \
    container/try_image.py "$work" "$container" buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run"
buildah rm "$container" >/dev/null
