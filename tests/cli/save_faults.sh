#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Saving under faults, by hand (needs root for tmpfs, and strace): on disks of every size from too small to large enough,
# and with the n-th write, fsync, rename or close failing, `ulp export` must leave the old file or the whole new one.
#
#   tests/cli/save_faults.sh ULP CHECKPOINT TENSOR
set -euo pipefail
ulp=$(realpath "$1") checkpoint=$(realpath "$2") tensor=$3
work=$(mktemp -d)
trap 'umount "$work/disk" 2>/dev/null || true; rm -rf "$work"' EXIT

"$ulp" export "$checkpoint" "$tensor" "$work/new.npy" > /dev/null
printf 'the old file' > "$work/old"
cases=0 failed=0
check() {  # FILE WHAT
  cases=$((cases + 1))
  cmp -s "$1" "$work/old" && { failed=$((failed + 1)); return; }
  cmp -s "$1" "$work/new.npy" || { echo "LOST after $2: $(stat -c %s "$1") bytes" >&2; exit 1; }
}

size=$(stat -c %s "$work/new.npy")
pages=$(((size + 4095) / 4096 + 4))
mkdir "$work/disk"
for kib in $(seq 8 4 $((pages * 4 + 8))); do
  mount -t tmpfs -o size="${kib}k" tmpfs "$work/disk"
  cp "$work/old" "$work/disk/out.npy"
  "$ulp" export "$checkpoint" "$tensor" "$work/disk/out.npy" --force > /dev/null 2>&1 || true
  check "$work/disk/out.npy" "a disk of $kib KiB"
  [ "$(ls -A "$work/disk")" = out.npy ] || { echo "LEFT BEHIND on a disk of $kib KiB: $(ls -A "$work/disk")" >&2; exit 1; }
  umount "$work/disk"
done
echo "full disks: $cases sizes, $failed of them too small, nothing lost, nothing left behind"

cases=0 failed=0
for fault in write:ENOSPC write:EIO fsync:EIO fsync:ENOSPC rename:EIO rename:ENOSPC fchmod:EPERM close:EIO; do
  before=$failed
  for n in $(seq 1 60); do
    cp "$work/old" "$work/out.npy"
    strace -f -qq -o "$work/calls" -e inject="${fault%%:*}:error=${fault##*:}:when=$n" \
      "$ulp" export "$checkpoint" "$tensor" "$work/out.npy" --force > /dev/null 2>&1 || true
    grep -q INJECTED "$work/calls" || break  # there is no n-th call
    check "$work/out.npy" "$fault at call $n"
  done
  echo "  $fault at each call in turn: $((failed - before)) kept the old file"
done
echo "failing calls: $cases cases, $failed kept the old file, nothing lost"
[ "$failed" -gt 0 ]
