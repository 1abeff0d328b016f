#!/bin/bash
# Holds the architecture to its word, over the sources and the dev build's
# object files: only gc/remover.cc changes a registry, the layers include
# downwards only, the two libraries do not print, and no nasty input is
# without a test.
#   tests/architecture_test.sh [BUILD_DIR]      (default: build/dev)
set -euo pipefail
shopt -s globstar nullglob
cd "$(dirname "$0")/.."

build=${1:-build/dev}
passed=0 failed=0

# FILE SYMBOL REASON: who may, and why that harms no registry. "*" is all.
may_change_files='
gc/remover.cc      *      the only file that deletes
gc/aside.cc        mkdirat   moves files beside the registry, and deletes nothing
gc/move_file.cc    *         gives a file its new name, over nothing
gc/make_parent.cc  *         makes the folder for what is put back or repaired
gc/repair.cc       *         writes beside, and moves into a place that is free
gc/put_link.cc     *         writes a link beside, and renames it into its place
cli/user_file.cc   *      the file that the user names, outside the registry
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

# Prints "LAYER SYMBOL" for each symbol that a layer's objects refer to and that
# matches wholly. Several sources share an object, so files are told from their text
# below. fmt's failed assertions print; no other code does.
references() {
  local layer=$1 symbols=$2 object
  for object in "$build/CMakeFiles/dregs_$layer.dir/"**/*.o; do
    objdump --reloc --demangle "$object" |
      sed -E 's/\[abi:[a-z0-9]+\]//g; s/-0x[0-9a-f]+$//' |
      awk '/^RELOCATION/ { own = !/debug|fmt.*assert_fail/; next }
        own && NF > 2 { sub(/^[^ ]+ +[^ ]+ +/, ""); print }' |
      grep -xE "$symbols" || true
  done | sort -u | sed "s|^|$layer |"
}

# Prints "FILE NAME" for each of these functions that a file calls by its name.
calls() {
  { grep -oE "(^|[^_a-zA-Z0-9>.])($1) ?\(" scanner/*.* gc/*.* cli/*.* || true; } |
    sed -E 's/:[^a-zA-Z_]*(::)?/ /; s/ ?\($//' | sort -u
}

# Leaves out what the list above allows to a file, or to some file of a layer.
without_allowed() {
  awk -v list="$may_change_files" '
    BEGIN {
      lines = split(list, line, "\n")
      for (i = 1; i <= lines; i++)
        if (split(line[i], word, " ")) {
          layer = word[1]
          sub("/.*$", "", layer)
          allowed[word[1] " " word[2]]
          allowed[layer " " word[2]]
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
  local layer file
  for layer in scanner gc cli; do
    for file in "$layer"/*.cc; do
      [[ $file == cli/main.cc ]] || grep -qsxF "#include \"$file\"" \
        "$build/together/dregs_$layer"_*.cc || echo "$file is not in $build: build it"
    done
    compgen -G "$build/CMakeFiles/dregs_$layer.dir/together/*.o" >/dev/null ||
      echo "$layer has no objects below $build: build it first"
  done
}

# Proves that the searches below see what they look for.
remover_shows_its_unlinkat() {
  if ! references gc "$changes" | grep -q '^gc unlinkat$' ||
    ! calls unlinkat | grep -q '^gc/remover.cc unlinkat$'; then
    echo 'not found where it must be: the search is blind'
  fi
}

other_writers() {
  local layer
  for layer in scanner gc cli; do
    references "$layer" "$changes"
  done | without_allowed
  calls "$calls_that_change" | without_allowed
}

opened_for_writing() {
  { grep -noE '\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b' \
    scanner/*.* gc/*.* cli/*.* || true; } |
    sed -E 's/:([0-9]+):(.*)/ \2 in line \1/' | without_allowed
}

# A system call by number could be any; these two only read.
other_system_calls() {
  grep -nE '\bsyscall\(|\b(SYS|__NR)_' scanner/*.* gc/*.* cli/*.* |
    grep -vE '\bsyscall\(SYS_(getdents64|openat2),' || true
}

printing_libraries() {
  references scanner "$prints"
  references gc "$prints"
}

upward_includes() {
  grep -nE '^ *# *include *["<](gc|cli|tests|benchmarks)/' scanner/*.* || true
  grep -nE '^ *# *include *["<](cli|tests|benchmarks)/' gc/*.* || true
  grep -nE '^ *# *include *["<](tests|benchmarks)/' cli/*.* || true
}

long_files() {
  wc -l scanner/*.* gc/*.* cli/*.* | awk '$2 != "total" && $1 > 400'
}

# format.md section 8 has 80 rows; a test says which of them it is for.
rows_without_a_test() {
  local row
  for ((row = 1; row <= 80; row++)); do
    grep -qE "^// row $row\b" tests/*_test.cc || echo "row $row"
  done
}

expect_nothing 'every source has an object file' every_source_has_an_object
expect_nothing 'gc/remover.cc references unlinkat' remover_shows_its_unlinkat
expect_nothing 'nothing else references what changes files' other_writers
expect_nothing 'nothing else opens a file for writing' opened_for_writing
expect_nothing 'system calls by number only list and open' other_system_calls
expect_nothing 'scanner and gc reference nothing that prints' printing_libraries
expect_nothing 'each layer includes only those below it' upward_includes
expect_nothing 'no file is longer than 400 lines' long_files
expect_nothing 'each row of nasty inputs has a test' rows_without_a_test
echo "$passed passed, $failed failed"
((failed == 0))
