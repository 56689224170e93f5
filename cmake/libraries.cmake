# Every third-party library, found once, under one name: sw_lib_x. Each is used by one module only (ARCHITECTURE.md, "Libraries").
# With SW_PORTABLE all of them come as static archives.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)                         # apps
if(SW_TESTS)
  find_package(GTest REQUIRED)
endif()

function(sw_library name)  # sw_library(re2 pkg-config-name): an INTERFACE target with what pkg-config says
  add_library(sw_lib_${name} INTERFACE)
  pkg_check_modules(${name} REQUIRED ${ARGN})
  target_include_directories(sw_lib_${name} SYSTEM INTERFACE ${${name}_INCLUDE_DIRS})
  if(SW_PORTABLE)
    target_link_libraries(sw_lib_${name} INTERFACE ${${name}_STATIC_LIBRARIES})
  else()
    target_link_libraries(sw_lib_${name} INTERFACE ${${name}_LINK_LIBRARIES})
  endif()
endfunction()

sw_library(archive libarchive)    # input
sw_library(utf8proc libutf8proc)  # base
sw_library(nettle nettle)         # base
sw_library(pugixml pugixml)       # sources/xml
sw_library(lzma liblzma)          # sources/journal
sw_library(lz4 liblz4)            # sources/journal
sw_library(zstd libzstd)          # sources/journal
sw_library(re2 re2)               # detect/sigma
sw_library(pcre2 libpcre2-8)      # detect/sigma
sw_library(yamlcpp yaml-cpp)      # yaml
if(SW_PORTABLE)
  target_link_libraries(sw_lib_utf8proc INTERFACE utf8proc)
  target_compile_definitions(sw_lib_utf8proc INTERFACE UTF8PROC_STATIC)
  target_link_options(sw_options INTERFACE -static-pie)
endif()

add_library(sw_lib_simdjson INTERFACE)  # sources/json
if(SW_PORTABLE)
  target_include_directories(sw_lib_simdjson SYSTEM BEFORE INTERFACE ${SW_PORTABLE_DEPS}/include)
  target_link_libraries(sw_lib_simdjson INTERFACE ${SW_PORTABLE_DEPS}/lib/libsimdjson.a)
else()
  find_package(simdjson REQUIRED)
  target_link_libraries(sw_lib_simdjson INTERFACE simdjson::simdjson)
endif()

find_package(fmt REQUIRED)
add_library(sw_lib_fmt INTERFACE)       # finding, output, apps
if(SW_PORTABLE)
  target_link_libraries(sw_lib_fmt INTERFACE fmt::fmt-header-only)
else()
  target_link_libraries(sw_lib_fmt INTERFACE fmt::fmt)
endif()
