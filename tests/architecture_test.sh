#!/bin/bash
# Holds the architecture to its word, over the sources and the dev build's
# object files: only gc/remove/remover.cc and gc/bucket/bucket_remover.cc delete in a
# registry, what decides asks no disk, scanner and gc do not print, no nasty input is without a test, and no
# citation leads nowhere. That a room includes only what it may is the build's to
# say (packaging/check_room.cmake).
#   tests/architecture_test.sh [BUILD_DIR]      (default: build/dev)
set -euo pipefail
shopt -s globstar nullglob
cd "$(dirname "$0")/.."

build=${1:-build/dev}
passed=0 failed=0

# FILE SYMBOL REASON: who may, and why that harms no registry. "*" is all.
may_change_files='
gc/remove/remover.cc      *      the only file that deletes
gc/remove/aside_folder.cc mkdirat   moves files beside the registry, and deletes nothing
gc/remove/move_file.cc    *         gives a file its new name, over nothing
gc/remove/make_parent.cc  *         makes the folder for what is put back or repaired
gc/heal/staged_file.cc    *         writes beside, and moves into a place that is free
gc/heal/new_file.cc       *         fills a file that put_link or repair made
gc/heal/put_link.cc     *         writes a link beside, and renames it into its place
gc/saved/user_file.cc     *         the file that the user names, outside the registry
gc/saved/file_beside.cc   *         the same, before it takes its place
gc/layouts/layout_folder.cc *       the folder that the user names, outside the registry
'

changes='unlink|unlinkat|rmdir|remove|rename|renameat2?|truncate(64)?'
changes+='|ftruncate(64)?|fallocate(64)?|posix_fallocate(64)?|link|linkat'
changes+='|symlink|symlinkat|mkdir|mkdirat|mkdtemp|mkstemp(64)?|mkostemp(64)?'
changes+='|mknod|mknodat|creat(64)?|write|pwrite(64)?|writev|pwritev(64)?'
changes+='|sendfile(64)?|copy_file_range|chmod|fchmod|fchmodat|chown|fchown'
changes+='|fchownat|utimensat|futimens|setxattr|fsetxattr|removexattr'
changes+='|system|popen|exec[lv]p?e?|posix_spawnp?|fopen(64)?|freopen(64)?'
changes+='|(std|boost)::filesystem::(detail::)?(remove|remove_all|rename'
changes+='|resize_file|copy|copy_file|create_directory|create_directories'
changes+='|create_hard_link|create_symlink|permissions|last_write_time)\(.*'
changes+='|std::basic_(ofstream|fstream)<.*'

calls_that_change='unlink(at)?|rmdir|renameat2?|rename|f?truncate(64)?|linkat|symlink(at)?'
calls_that_change+='|mkdir(at)?|mkdtemp|mkostemp|mknod(at)?|write|pwrite|fchmod(at)?|fchown(at)?'
calls_that_change+='|futimens|utimensat|fopen|fdopen|copy_file_range|sendfile'

prints='v?f?printf|v?dprintf|puts|fputs|putchar|fputc|putc|fwrite|perror'
prints+='|__v?f?printf_chk|stdout|stderr|std::(cout|cerr|clog)'

# What asks the disk, the clock or the kernel.
asks='open(at)?(64)?|read|pread(64)?|readlink(at)?|f?stat(x|64|at|at64)?|l?stat(64)?'
asks+='|newfstatat|opendir|readdir(64)?|getdents64|syscall|access|faccessat|statfs(64)?'
asks+='|std::filesystem::.*(exists|status|directory_iterator|canonical).*'

rooms() { find scanner gc cli -mindepth 1 -maxdepth 1 -type d | sort; }

objects_of() { printf '%s\n' "$build/CMakeFiles/dregs_${1//\//_}.dir/"**/*.o; }

# Prints "ROOM SYMBOL" for each symbol that a room's objects refer to and that
# matches wholly. Several sources share an object, so files are told from their text
# below. fmt's failed assertions print; no other code does.
references() {
  local room=$1 symbols=$2 object
  for object in $(objects_of "$room"); do
    objdump --reloc --demangle "$object" |
      sed -E 's/\[abi:[a-z0-9]+\]//g; s/-0x[0-9a-f]+$//' |
      awk '/^RELOCATION/ { own = !/debug|fmt.*assert_fail/; next }
        own && NF > 2 { sub(/^[^ ]+ +[^ ]+ +/, ""); print }' |
      grep -xE "$symbols" || true
  done | sort -u | sed "s|^|$room |"
}

# Prints "FILE NAME" for each of these functions that a file calls by its name.
calls() {
  { grep -roE "(^|[^_a-zA-Z0-9>.])($1) ?\(" scanner gc cli --include='*.cc' \
    --include='*.h' || true; } | sed -E 's/:[^a-zA-Z_]*(::)?/ /; s/ ?\($//' | sort -u
}

# Leaves out what the list above allows to a file, or to some file of a room.
without_allowed() {
  awk -v list="$may_change_files" '
    BEGIN {
      lines = split(list, line, "\n")
      for (i = 1; i <= lines; i++)
        if (split(line[i], word, " ")) {
          room = word[1]
          sub("/[^/]*$", "", room)
          allowed[word[1] " " word[2]]
          allowed[room " " word[2]]
        }
    }
    !(($1 " *") in allowed) && !(($1 " " $2) in allowed)'
}

# Runs a command that prints what is wrong.
expect_nothing() {
  local sentence=$1 found
  shift
  found=$("$@")
  if [[ -z $found ]]; then
    passed=$((passed + 1))
    echo "ok    $sentence"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s\n      %s\n' "$sentence" "${found//$'\n'/$'\n      '}"
  fi
}

every_source_has_an_object() {
  local room file
  for room in $(rooms); do
    for file in "$room"/*.cc; do
      grep -qsxF "#include \"$file\"" "$build/together/dregs_${room//\//_}"_*.cc ||
        echo "$file is not in $build: build it"
    done
    compgen -G "$build/CMakeFiles/dregs_${room//\//_}.dir/together/*.o" >/dev/null ||
      echo "$room has no objects below $build: build it first"
  done
}

# Proves that the searches below see what they look for.
remover_shows_its_unlinkat() {
  if ! references gc/remove "$changes" | grep -q '^gc/remove unlinkat$' ||
    ! calls unlinkat | grep -q '^gc/remove/remover.cc unlinkat$'; then
    echo 'not found where it must be: the search is blind'
  fi
}

other_writers() {
  local room
  for room in $(rooms); do
    references "$room" "$changes"
  done | without_allowed
  calls "$calls_that_change" | without_allowed
}

# FILE REQUESTS: who may ask a bucket for them. One file alone deletes.
may_change_buckets='
gc/bucket/bucket_remover.cc remove|abort
gc/bucket_heal/bucket_link_writer.cc put_over
gc/bucket_heal/set_aside.cc copy
gc/bucket_heal/bucket_repairer.cc create
gc/bucket/bucket_aside.cc copy|put_over
gc/bucket/bucket_restoration.cc copy
'

# The client itself is no asker.
other_writers_of_buckets() {
  local asks='\b(store|store_|bucket|bucket_)(\.|->)' line requests
  grep -rnE "$asks(remove|abort|copy|put|put_over|create)\(" \
    scanner gc cli --include='*.cc' --include='*.h' | grep -v '^scanner/s3/' |
    while IFS= read -r line; do
      requests=$(awk -v file="${line%%:*}" '$1 == file { print $2 }' \
        <<<"$may_change_buckets")
      grep -qE "$asks(${requests:-none})\(" <<<"$line" || echo "$line"
    done
}

opened_for_writing() {
  { grep -rnoE '\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b' scanner gc cli ||
    true; } | sed -E 's/:([0-9]+):(.*)/ \2 in line \1/' | without_allowed
}

# A system call by number could be any; these two only read.
other_system_calls() {
  grep -rnE '\bsyscall\(|\b(SYS|__NR)_' scanner gc cli |
    grep -vE '\bsyscall\(SYS_(getdents64|openat2),' || true
}

printing_libraries() {
  local room
  for room in $(rooms | grep -v '^cli/'); do references "$room" "$prints"; done
}

# The rooms that are the same for every storage.
rooms_that_ask() {
  local room
  for room in scanner/{formats,manifests,config,inventory} gc/{names,rules,mark,decide,eviction}; do
    references "$room" "$asks"
  done
}

crowded_rooms() {
  local room count
  for room in $(rooms); do
    count=$(find "$room" -maxdepth 1 -type f | wc -l)
    ((count <= 25)) || echo "$room: $count files"
  done
}

# Two types of one name are one type to the linker, which takes the destructor of
# either for both.
types_with_two_meanings() {
  grep -rhE '^(struct|class|enum class) [A-Z]' scanner gc cli \
    --include='*.h' | grep -vE ';$' |
    sed -E 's/^(struct|class|enum class) ([A-Za-z0-9]+).*/\2/' | sort | uniq -d
}

homeless_files() {
  find scanner gc cli -maxdepth 1 -type f ! -path cli/main.cc
}

long_files() {
  find scanner gc cli -name '*.[hc]*' -exec wc -l {} + |
    awk '$2 != "total" && $1 > 400'
}

# Comments cite docs/format.md, promises.md and retention-rules.md by the anchors
# there. A line that names one page means it to the line's end.
citations() {
  grep -rhE '#(row-[0-9]|P[0-9]|[0-9]|[a-z])' "$@" | awk '{
    page = "format.md"
    while (match($0, /(format|promises|retention-rules|object-storage)\.md#|[ (]#(row-|P?[0-9])/)) {
      word = substr($0, RSTART, RLENGTH)
      if (word ~ /md#/) page = substr(word, 1, RLENGTH - 1)
      $0 = substr($0, RSTART + index(word, "#") - 1)
      match($0, /^#[A-Za-z0-9.-]*[A-Za-z0-9]/)
      print page substr($0, 1, RLENGTH)
      $0 = substr($0, RLENGTH + 1)
    }
  }' | sort -u
}

citations_that_lead_nowhere() {
  local files=(scanner gc cli tests window deploy packaging benchmarks scripts)
  grep -rnE '\b(contract|format|promises|retention-rules|object-storage)\.md( [0-9Ps"]|,)|\bcontract\.md' \
    "${files[@]}" --include='*.*' | grep -v '^tests/architecture_test.sh' || true
  comm -23 <(citations "${files[@]}" --include='*.h' --include='*.cc') <(
    grep -oE '<a id="[^"]*"' docs/{format,promises,retention-rules,object-storage}.md |
      sed -E 's|docs/([^:]*):<a id="(.*)"|\1#\2|' | sort -u
  )
}

# format.md#8 has 80 rows; a test says which of them it is for.
rows_without_a_test() {
  local row
  for ((row = 1; row <= 80; row++)); do
    grep -qE "^// row $row\b" tests/*_test.cc || echo "row $row"
  done
}

expect_nothing 'every source has an object file' every_source_has_an_object
expect_nothing 'gc/remove/remover.cc references unlinkat' remover_shows_its_unlinkat
expect_nothing 'nothing else references what changes files' other_writers
expect_nothing 'only bucket_remover deletes in a bucket, and few write' other_writers_of_buckets
expect_nothing 'nothing else opens a file for writing' opened_for_writing
expect_nothing 'system calls by number only list and open' other_system_calls
expect_nothing 'scanner and gc reference nothing that prints' printing_libraries
expect_nothing 'what decides asks no disk' rooms_that_ask
expect_nothing 'no two types have one name' types_with_two_meanings
expect_nothing 'no room has more than 25 files' crowded_rooms
expect_nothing 'every file has a room' homeless_files
expect_nothing 'no file is longer than 400 lines' long_files
expect_nothing 'each row of nasty inputs has a test' rows_without_a_test
expect_nothing 'each citation leads somewhere' citations_that_lead_nowhere
echo "$passed passed, $failed failed"
((failed == 0))
