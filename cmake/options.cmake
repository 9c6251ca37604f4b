# Compiler flags of all our code. Warnings are errors.
add_library(inferkeep_options INTERFACE)
target_compile_options(inferkeep_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                       -Woverloaded-virtual -Wcast-qual -Werror)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # Hardening that Debian gives its own packages.
  target_compile_options(inferkeep_options INTERFACE -fstack-protector-strong -D_FORTIFY_SOURCE=2)
endif()
# g++ 12 takes Asio's own operator new of coroutine frames for a mismatch (GCC bug 109224).
target_compile_options(inferkeep_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)
target_link_options(inferkeep_options INTERFACE -Wl,-z,relro,-z,now)
add_compile_options(-pthread)
if(INFERKEEP_SANITIZE)
  add_compile_options(-fsanitize=${INFERKEEP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${INFERKEEP_SANITIZE})
  if(INFERKEEP_SANITIZE MATCHES "undefined")
    # The check of vtables needs type information that SOCI hides, and a free descriptor, which one test takes away.
    add_compile_options(-fno-sanitize=vptr)
  endif()
  if(INFERKEEP_SANITIZE MATCHES "thread")
    # g++ warns that TSan does not model fences; Asio's fences stand beside atomics that it does model.
    add_compile_options(-Wno-error=tsan -Wno-tsan)
  endif()
endif()
find_program(CCACHE ccache)
if(CCACHE)
  # Whatever folder a clone lies in: two of them share what they compile.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
