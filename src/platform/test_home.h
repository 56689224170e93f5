// SPDX-License-Identifier: Apache-2.0
// For tests: a home of its own for each case, with an empty cache folder, which is the environment's while it lives.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace stopwarden::platform::testing {

class TestHome {
 public:
  /// XDG_CACHE_HOME points into it; what `others` hold comes back at the end, too.
  explicit TestHome(std::initializer_list<const char*> others) {
    std::string path = (std::filesystem::temp_directory_path() / "stopwarden-home-XXXXXX").string();
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
    keep("XDG_CACHE_HOME");
    for (const char* name : others) keep(name);
    ::setenv("XDG_CACHE_HOME", path_.c_str(), 1);
  }
  TestHome(const TestHome&) = delete;
  TestHome& operator=(const TestHome&) = delete;
  ~TestHome() {
    for (const auto& [name, value] : before_)
      if (value.empty())
        ::unsetenv(name.c_str());
      else
        ::setenv(name.c_str(), value.c_str(), 1);
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const noexcept { return path_; }

 private:
  void keep(const char* name) {
    const char* value = std::getenv(name);
    before_.emplace_back(name, value != nullptr ? value : "");
  }
  std::string path_;
  std::vector<std::pair<std::string, std::string>> before_;
};

}  // namespace stopwarden::platform::testing
