#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Opening a checkpoint of 40 GB, and the rate of one read of a 2 GiB tensor with its statistics against `cat`, on warm
# cache and two threads; the best of several runs of each, in turn. Needs 4.5 GB of disk.
#
#   tests/bench/large_checkpoints.sh ULP FOLDER [RUNS]
set -euo pipefail
ulp=$1 folder=$2 runs=${3:-7}
[ -d "$folder/bf16" ] || python3 "$(dirname "$0")/make_large_checkpoints.py" "$folder"

seconds() {  # COMMAND...: its wall clock time
  local begin end
  begin=$(date +%s.%N)
  "$@" > /dev/null
  end=$(date +%s.%N)
  awk "BEGIN { print $end - $begin }"
}
least() { sort -g | head -n 1; }

du -sh --apparent-size "$folder/sparse" | cut -f 1 | xargs echo "sparse checkpoint:"
/usr/bin/time -f "  opened and listed in %e s, %M KiB of memory at most" "$ulp" inspect "$folder/sparse" > /dev/null

for type in bf16 f32; do
  file=$folder/$type/model.safetensors
  cat "$file" > /dev/null
  cats=() reads=()
  for _ in $(seq "$runs"); do
    cats+=("$(seconds cat "$file")")
    reads+=("$(seconds "$ulp" inspect "$file" --statistics --threads 2)")
  done
  cat=$(printf '%s\n' "${cats[@]}" | least) read=$(printf '%s\n' "${reads[@]}" | least)
  awk "BEGIN { printf \"%s: cat %.2f s (%.1f GB/s), statistics %.2f s (%.1f GB/s): %.2f of the rate of cat\n\", \
    \"$type\", $cat, 2.147483648 / $cat, $read, 2.147483648 / $read, $cat / $read }"
done
