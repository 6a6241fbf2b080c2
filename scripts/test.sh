#!/bin/sh
# Installs what the tests need and runs them all; more words go to vitest.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.node/bin:$PATH

scripts/setup.sh --yes acl attr dash fakechroot libarchive-tools libcap2-bin mount perl procps python3 \
  shellcheck uml-utilities umoci util-linux zstd iproute2 bash zsh fish mandoc groff man-db \
  nordugrid-arc-arex nordugrid-arc-client nordugrid-arc-plugins-arcrest nordugrid-arc-arcctl-service python3-nordugrid-arc curl openssl openvpn slurm-wlm munge \
  gridengine-master gridengine-exec gridengine-client tini openssh-server openssh-client qemu-system-x86 linux-image-cloud-amd64
npm run --silent check
exec npx vitest run "$@"
