// SPDX-License-Identifier: Apache-2.0
#include "platform/cache_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "platform/build_id.h"
#include "platform/test_home.h"

namespace stopwarden::platform {
namespace {

std::optional<std::string> text_of(const CacheFolder& cache, const std::string& name, std::size_t bytes_max) {
  const auto file = cache.load(name, bytes_max);
  if (!file) return std::nullopt;
  return std::string(file->text());
}

namespace fs = std::filesystem;

/// A home of its own for each case, which is the environment's while the case runs.
class CacheFolderTest : public ::testing::Test {
 protected:
  CacheFolder folder() const {
    auto opened = CacheFolder::open("program");
    if (!opened) ADD_FAILURE() << "no cache folder";
    return std::move(*opened);
  }
  std::string path(const std::string& name) const { return home_ + "/program/" + name; }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(home_ + "/program")) out.push_back(entry.path().filename());
    std::sort(out.begin(), out.end());
    return out;
  }
  static unsigned mode_of(const std::string& path) {
    struct stat s;
    return ::lstat(path.c_str(), &s) == 0 ? s.st_mode & 07777U : 0;
  }
  static void age(const std::string& path, std::chrono::seconds seconds) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - seconds);
  }

  const platform::testing::TestHome test_home_{"HOME"};
  const std::string home_ = test_home_.path();
};

TEST_F(CacheFolderTest, WhatIsStoredIsLoaded) {
  const CacheFolder cache = folder();
  EXPECT_EQ(text_of(cache, "a", 100), std::nullopt);
  const std::string bytes("\0one\xFF", 5);
  EXPECT_TRUE(cache.store("a", bytes));
  EXPECT_EQ(text_of(cache, "a", 100), bytes);
  EXPECT_EQ(text_of(cache, "a", 5), bytes);
  EXPECT_EQ(text_of(cache, "a", 4), std::nullopt);
  EXPECT_TRUE(cache.store("a", ""));
  EXPECT_EQ(text_of(cache, "a", 4), "");
  EXPECT_EQ(names(), std::vector<std::string>{"a"});  // nothing unfinished stays
}

TEST_F(CacheFolderTest, OnlyTheUserMayReadIt) {
  const mode_t before = ::umask(0);
  EXPECT_TRUE(folder().store("a", "x"));
  ::umask(before);
  EXPECT_EQ(mode_of(home_ + "/program"), 0700u);
  EXPECT_EQ(mode_of(path("a")), 0600u);
}

TEST_F(CacheFolderTest, IsFoundByTheEnvironment) {
  ::setenv("XDG_CACHE_HOME", "relative", 1);  // the specification: to be ignored
  ::setenv("HOME", home_.c_str(), 1);
  ASSERT_TRUE(CacheFolder::open("program"));
  EXPECT_TRUE(fs::is_directory(home_ + "/.cache/program"));
  EXPECT_EQ(mode_of(home_ + "/.cache"), 0700u);
  ::unsetenv("XDG_CACHE_HOME");
  ::setenv("HOME", "", 1);
  EXPECT_FALSE(CacheFolder::open("program"));
  ::unsetenv("HOME");
  EXPECT_FALSE(CacheFolder::open("program"));
  ::setenv("HOME", (home_ + "/nobody").c_str(), 1);  // a user without a home does not get one
  EXPECT_FALSE(CacheFolder::open("program"));
  EXPECT_FALSE(fs::exists(home_ + "/nobody"));
}

TEST_F(CacheFolderTest, FilesThatOthersMayWriteAreNotRead) {
  const CacheFolder cache = folder();
  ASSERT_TRUE(cache.store("a", "x"));
  for (const mode_t mode : {0620U, 0602U, 0666U}) {
    ::chmod(path("a").c_str(), mode);
    EXPECT_EQ(text_of(cache, "a", 100), std::nullopt) << std::oct << mode;
  }
  ::chmod(path("a").c_str(), 0644);
  EXPECT_EQ(text_of(cache, "a", 100), "x");
  ::chmod(path("a").c_str(), 0666);
  EXPECT_TRUE(cache.store("a", "new"));  // replaced, with a mode of its own
  EXPECT_EQ(text_of(cache, "a", 100), "new");
}

TEST_F(CacheFolderTest, FilesOfOthersAreNotRead) {
  if (::geteuid() != 0) return;  // only root can give a file away
  const CacheFolder cache = folder();
  ASSERT_TRUE(cache.store("a", "x"));
  ASSERT_EQ(::chown(path("a").c_str(), 65534, 65534), 0);
  EXPECT_EQ(text_of(cache, "a", 100), std::nullopt);
  EXPECT_TRUE(cache.store("a", "mine"));
  EXPECT_EQ(text_of(cache, "a", 100), "mine");
  ASSERT_EQ(::chown((home_ + "/program").c_str(), 65534, 65534), 0);
  EXPECT_FALSE(CacheFolder::open("program"));
}

TEST_F(CacheFolderTest, LinksPipesAndFoldersAreNotRead) {
  const CacheFolder cache = folder();
  ASSERT_TRUE(cache.store("real", "x"));
  fs::create_symlink(path("real"), path("link"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  fs::create_directory(path("folder"));
  for (const char* name : {"link", "pipe", "folder"}) EXPECT_EQ(text_of(cache, name, 100), std::nullopt) << name;
  EXPECT_TRUE(cache.store("link", "new"));  // the link is replaced, not followed
  EXPECT_EQ(text_of(cache, "real", 100), "x");
  EXPECT_EQ(text_of(cache, "link", 100), "new");
  EXPECT_FALSE(cache.store("folder", "new"));
  EXPECT_EQ(names(), (std::vector<std::string>{"folder", "link", "pipe", "real"}));
}

TEST_F(CacheFolderTest, AFolderThatOthersMayWriteIsNotUsed) {
  ASSERT_TRUE(folder().store("a", "x"));
  ::chmod((home_ + "/program").c_str(), 0770);
  EXPECT_FALSE(CacheFolder::open("program"));
  ::chmod((home_ + "/program").c_str(), 0700);
  fs::create_directory_symlink(home_ + "/program", home_ + "/linked");
  EXPECT_FALSE(CacheFolder::open("linked"));
  std::ofstream(home_ + "/file") << "x";
  EXPECT_FALSE(CacheFolder::open("file"));
}

TEST_F(CacheFolderTest, WhatCannotBeWrittenIsNotStored) {
  const CacheFolder cache = folder();
  fs::remove_all(home_ + "/program");
  EXPECT_FALSE(cache.store("a", "x"));  // the folder is gone
  EXPECT_EQ(text_of(cache, "a", 100), std::nullopt);
}

TEST_F(CacheFolderTest, KeepsTheNewestByUse) {
  const CacheFolder cache = folder();
  for (int i = 0; i < 6; ++i) {
    const std::string name = std::to_string(i) + ".rules";
    ASSERT_TRUE(cache.store(name, std::string(10, 'x')));
    age(path(name), std::chrono::seconds{100 * (i + 1)});  // 0 is the newest
  }
  for (const char* other : {"notes.txt", "new.rules.1.tmp", "old.rules.1.tmp"}) std::ofstream(path(other)) << "x";
  age(path("old.rules.1.tmp"), std::chrono::hours{2});
  EXPECT_TRUE(cache.load("5.rules", 100));  // now it is
  cache.keep_newest(".rules", 4, 1000);
  EXPECT_EQ(names(),
            (std::vector<std::string>{"0.rules", "1.rules", "2.rules", "5.rules", "new.rules.1.tmp", "notes.txt"}));
  cache.keep_newest(".rules", 4, 29);
  EXPECT_EQ(names(), (std::vector<std::string>{"0.rules", "5.rules", "new.rules.1.tmp", "notes.txt"}));
}

TEST_F(CacheFolderTest, ReadersSeeWholeFilesWhileOthersWrite) {
  const CacheFolder cache = folder();
  const std::string even(200'000, 'e'), odd(100'000, 'o');
  ASSERT_TRUE(cache.store("a", even));
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t)
      threads.emplace_back([&cache, &even, &odd, t] {
        for (int i = 0; i < 50; ++i) {
          EXPECT_TRUE(cache.store("a", (i + t) % 2 == 0 ? even : odd));
          const auto got = text_of(cache, "a", 1'000'000);
          ASSERT_TRUE(got);
          EXPECT_TRUE(*got == even || *got == odd);
        }
      });
  }
  EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST(BuildId, IsThereAndStaysTheSame) {
  EXPECT_GE(build_id().size(), 20u);  // a SHA-1 of the program at least
  EXPECT_EQ(build_id(), build_id());
}

}  // namespace
}  // namespace stopwarden::platform
