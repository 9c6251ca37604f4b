# inferkeep_library(<folder> [LINKS <our libraries>] [USES <outside libraries>])
# makes inferkeep_<folder> of all sources in src/<folder>. Headers of what it links are reached as "folder/file.hpp"; from
# the installed package only those in include/ are.
function(inferkeep_library folder)
  cmake_parse_arguments(ARG "" "" "LINKS;USES" ${ARGN})
  set(target inferkeep_${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  list(TRANSFORM ARG_LINKS PREPEND inferkeep_)
  if(sources)
    set(scope PUBLIC)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:inferkeep_options>)
    inferkeep_precompile(${target} ${folder})
  else()
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  target_link_libraries(${target} ${scope} ${ARG_LINKS} ${ARG_USES})
  target_include_directories(${target} ${scope}
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src> $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  inferkeep_install(${target} ${folder})
endfunction()

# The package's inferkeep::<name>.
function(inferkeep_install target name)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS ${target} EXPORT inferkeep)
endfunction()

# Folders that speak Asio share its cost: one precompiled header each.
function(inferkeep_precompile target folder)
  if(folder MATCHES "^(http|routers|app|predictions|inference)$")
    target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)
  endif()
endfunction()
