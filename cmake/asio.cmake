# Asio and Beast are compiled once, not in every file that includes them.
add_library(inferkeep_asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cpp)
target_compile_definitions(inferkeep_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(inferkeep_asio PUBLIC Boost::headers Threads::Threads)
add_library(inferkeep_beast STATIC ${CMAKE_SOURCE_DIR}/cmake/beast.cpp)
target_compile_definitions(inferkeep_beast PUBLIC BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(inferkeep_beast PUBLIC inferkeep_asio)
inferkeep_install(inferkeep_asio asio)
inferkeep_install(inferkeep_beast beast)
