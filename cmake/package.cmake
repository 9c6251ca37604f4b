# cmake --install build/release --prefix P: a tree that may be moved as a whole.
#
#   bin/inferkeep          the program with its services; it looks for ONNX Runtime in ../lib/inferkeep
#   include/inferkeep/     all that the author of a service includes
#   lib/                   the libraries, and cmake/inferkeep/, for find_package(inferkeep)
#   lib/inferkeep/         ONNX Runtime, apart from the system's own
#   share/inferkeep/       what the program reads where it is started: web/dist, services, .environment
#
# --component server leaves out what builds other programs, and the settings: what a container image needs, and what
# cmake/debian.cmake takes.
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/inferkeep)
set(private_lib ${CMAKE_INSTALL_LIBDIR}/inferkeep)
set(share ${CMAKE_INSTALL_DATADIR}/inferkeep)

# What a program links: inferkeep::inferkeep. Each program is told where its web files lie, by a source of its own.
set_target_properties(inferkeep_app PROPERTIES EXPORT_NAME inferkeep)
target_compile_features(inferkeep_app PUBLIC cxx_std_20)
target_sources(inferkeep_app INTERFACE
  $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/cmake/web_dir.cpp> $<INSTALL_INTERFACE:${package}/web_dir.cpp>)
target_compile_definitions(inferkeep_app INTERFACE
  $<BUILD_INTERFACE:INFERKEEP_WEB_DIR="web/dist">
  $<INSTALL_INTERFACE:INFERKEEP_WEB_DIR="$<INSTALL_PREFIX>/${share}/web/dist">)

install(EXPORT inferkeep NAMESPACE inferkeep:: FILE targets.cmake DESTINATION ${package})
configure_package_config_file(cmake/inferkeep-config.cmake.in ${CMAKE_BINARY_DIR}/inferkeep-config.cmake
  INSTALL_DESTINATION ${package} PATH_VARS private_lib)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/inferkeep-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/inferkeep-config.cmake ${CMAKE_BINARY_DIR}/inferkeep-config-version.cmake
  cmake/dependencies.cmake cmake/web_dir.cpp DESTINATION ${package})

install(DIRECTORY include/inferkeep DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
file(REAL_PATH ${onnxruntime_LIBRARY} onnxruntime_file)
install(FILES ${onnxruntime_file} DESTINATION ${private_lib} RENAME libonnxruntime.so.1 COMPONENT server)

file(RELATIVE_PATH lib_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/inferkeep)
set_target_properties(inferkeep PROPERTIES INSTALL_RPATH "$ORIGIN/${lib_from_bin}")
install(TARGETS inferkeep COMPONENT server)
install(DIRECTORY web/dist DESTINATION ${share}/web COMPONENT server)
install(DIRECTORY .environment DESTINATION ${share})
install(DIRECTORY services DESTINATION ${share} COMPONENT server FILES_MATCHING
  PATTERN model.json PATTERN *.onnx PATTERN README.md PATTERN ".*" EXCLUDE PATTERN __pycache__ EXCLUDE)
