# Every third-party library, found once. Each is used by one module only (ARCHITECTURE.md, "Libraries").
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)   # input
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc) # base
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)        # base
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)      # sources/xml
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)              # detect/sigma
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)     # detect/sigma
find_package(simdjson REQUIRED)                                  # sources/json
find_package(yaml-cpp REQUIRED)                                  # base (yaml.cpp)
find_package(fmt REQUIRED)                                       # finding, output, apps
find_package(CLI11 REQUIRED)                                     # apps
if(SW_TESTS)
  find_package(GTest REQUIRED)
endif()
