#!/bin/sh
# Gives an engine the image stackd-test/busybox:1, made of nothing but that program:
#   tiny_image.sh DOCKER_SOCK BUSYBOX [COMMAND]
# COMMAND is its default command, a single word; without one there is none.
set -eu
image=$(mktemp -d)
trap 'rm -rf "$image"' EXIT
mkdir "$image/bin"
cp "$2" "$image/bin/busybox"
command=${3:+"&changes=CMD%20%5B%22$3%22%5D"}
tar -C "$image" -c . | curl -sS --fail --unix-socket "$1" -H 'Content-Type: application/x-tar' -T - -X POST \
    -o /dev/null "http://docker/v1.41/images/create?fromSrc=-&repo=stackd-test%2Fbusybox&tag=1&changes=ENV%20PATH%3D%2Fbin$command"
