# SPDX-License-Identifier: Apache-2.0
# cmake -DROOT=<source dir> -P check_layers.cmake
#
# Who may include whom, as an allow-list: an include that no rule of its folder allows is an error. Between the folders
# of one library this is the only guard; between libraries it stands beside the link graph.
#
# A rule is  path-regex => include-regex.  Every rule whose path matches counts.  What a rule of `denied` matches is an
# error whatever is allowed: core never prints.
set(standard "<[a-z_]+>")
set(posix "<(fcntl|unistd|dlfcn|pthread|spawn|signal|sched)\\.h>|<(sys|linux)/[a-z0-9_]+\\.h>")
set(rules
  # core: the standard library, expected and fmt; other libraries in .cpp files only.
  "^core/ => ${standard}"
  "^core/ => <tl/expected\\.hpp>"
  "^core/ => <fmt/[a-z]+\\.h>"
  "^core/.*\\.cpp$ => <nlohmann/json\\.hpp>"
  "^core/.*\\.cpp$ => <boost/[a-z_/]+\\.hpp>"
  "^core/.*\\.cpp$ => <Eigen/[A-Za-z]+>"
  "^core/cache/.*\\.cpp$ => <sqlite3\\.h>"
  "^core/.*\\.cpp$ => <tbb/[a-z_]+\\.h>"
  "^core/base/.*\\.cpp$ => ${posix}"
  "^core/checkpoint/(folder|hdf5[a-z_]*)\\.cpp$ => ${posix}"
  "^core/checkpoint/.*\\.cpp$ => <(zlib|snappy-c|re2/re2)\\.h>"
  "^core/cache/.*\\.cpp$ => <zlib\\.h>"
  "^core/report/file_hash\\.cpp$ => <openssl/evp\\.h>"
  "^core/base/atomic_file\\.cpp$ => <stdio\\.h>"  # where POSIX declares rename
  # core's folders, each above those it names.
  "^core/ => \"core/base/"
  "^core/formats/ => \"core/formats/"
  "^core/jobs/ => \"core/jobs/"
  "^core/tensor/ => \"core/(formats|backend|tensor)/"
  "^core/checkpoint/ => \"core/(formats|tensor|jobs|checkpoint)/"
  "^core/backend/ => \"core/(formats|tensor|analysis|quantization|matmul|backend)/"
  "^core/analysis/ => \"core/(formats|tensor|checkpoint|backend|jobs|analysis)/"
  "^core/lint/ => \"core/(formats|tensor|checkpoint|backend|jobs|analysis|calibration|lint)/"
  "^core/cache/ => \"core/(tensor|checkpoint|backend|jobs|analysis|lint|cache)/"
  "^core/calibration/ => \"core/(formats|tensor|checkpoint|backend|jobs|calibration)/"
  "^core/quantization/ => \"core/(formats|tensor|backend|jobs|analysis|calibration|quantization)/"
  "^core/quantization/known_layer\\.(h|cpp)$ => \"core/checkpoint/"  # the layers beside a tensor, as a scheme is given them
  "^core/recipe/ => \"core/(formats|tensor|checkpoint|backend|jobs|analysis|calibration|quantization|recipe)/"
  "^core/steps/ => \"core/(formats|tensor|backend|jobs|calibration|quantization|steps)/"
  "^core/matmul/ => \"core/(formats|tensor|backend|jobs|matmul)/"
  "^core/report/ => \"core/(formats|tensor|checkpoint|jobs|backend|analysis|lint|calibration|quantization|recipe|matmul|report|steps)/"
  # kernels: over core; SIMD and threads in cpu's .cpp files, CUDA in cuda's device sources.
  "^kernels/ => ${standard}"
  "^kernels/ => \"core/"
  "^kernels/.*\\.cpp$ => <fmt/[a-z]+\\.h>"
  "^kernels/cpu/ => \"kernels/cpu/"
  "^kernels/ => \"kernels/plans/"
  "^kernels/cpu/.*(\\.cpp|\\.inl\\.h)$ => <hwy/[a-z_/.-]+\\.h>"
  "^kernels/cpu/.*\\.cpp$ => <tbb/[a-z_]+\\.h>"
  "^kernels/cuda/ => \"kernels/cuda/"
  "^kernels/cuda/.*\\.cpp$ => <dlfcn\\.h>"
  "^kernels/cuda/.*\\.cuh?$ => <cuda[a-z_0-9]*\\.h>"
  "^kernels/cuda/cublas_functions\\.cuh$ => <cublas[A-Za-z_0-9]*\\.h>"
  # widgets: over core, with Qt; QCustomPlot in plots' .cpp files.
  "^widgets/ => ${standard}"
  "^widgets/ => \"(core|widgets)/"
  "^widgets/ => <Q[A-Za-z]+>"
  "^widgets/.*\\.cpp$ => \"[a-z_]+\\.moc\""
  "^widgets/plots/.*(\\.cpp|_p\\.h)$ => <qcustomplot\\.h>"
)
set(denied
  "^core/ => <(iostream|cstdio|print)>"
)

# The include patterns of those rules of the list named `list` whose path matches `file`, as one regex; empty for none.
function(patterns_for file list result)
  set(patterns "")
  foreach(rule IN LISTS ${list})
    string(REGEX MATCH "^(.*) => (.*)$" matched "${rule}")
    set(pattern "${CMAKE_MATCH_2}")
    if(file MATCHES "${CMAKE_MATCH_1}")
      list(APPEND patterns "${pattern}")
    endif()
  endforeach()
  list(JOIN patterns "|" joined)
  set(${result} "${joined}" PARENT_SCOPE)
endfunction()

set(failures 0)
foreach(layer core kernels widgets)
  file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${layer}/*.h ${ROOT}/${layer}/*.hpp ${ROOT}/${layer}/*.cpp
                                           ${ROOT}/${layer}/*.cu ${ROOT}/${layer}/*.cuh)
  foreach(file IN LISTS files)
    patterns_for(${file} rules allowed)
    patterns_for(${file} denied forbidden)
    file(STRINGS ${ROOT}/${file} includes REGEX "^[ \t]*#[ \t]*include")
    foreach(include IN LISTS includes)
      string(REGEX REPLACE "^[ \t]*#[ \t]*include[ \t]*" "" target "${include}")
      if(forbidden AND target MATCHES "^(${forbidden})")
        message("${file}: not allowed here: ${include}")
        math(EXPR failures "${failures} + 1")
        continue()
      endif()
      if(target MATCHES "^[A-Z_]+" OR target MATCHES "^(${allowed})")
        continue()  # a macro (Highway's foreach_target) names a file that is checked itself
      endif()
      message("${file}: not allowed here: ${include}")
      math(EXPR failures "${failures} + 1")
    endforeach()
  endforeach()
endforeach()
if(failures)
  message(FATAL_ERROR "${failures} includes break the layers (rules in tests/house/check_layers.cmake)")
endif()
