// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <langinfo.h>
#include <sched.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/bytes.h"
#include "platform/charset.h"
#include "platform/cores.h"
#include "platform/file.h"
#include "platform/terminal.h"

namespace stopwarden::platform {
namespace {

/// Sets an environment variable while it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old, had_ = true;
    if (value != nullptr)
      ::setenv(name, value, 1);
    else
      ::unsetenv(name);
  }
  ~Variable() {
    if (had_)
      ::setenv(name_, old_.c_str(), 1);
    else
      ::unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string old_;
  bool had_ = false;
};

TEST(Platform, TemporaryFilesAreReadWhereTheyWereWritten) {
  std::string why;
  auto opened = File::temporary(why);
  ASSERT_TRUE(opened) << why;
  File file = std::move(opened).take();
  ASSERT_TRUE(file.append(stopwarden::as_bytes("hello ")));
  ASSERT_TRUE(file.append(stopwarden::as_bytes("world")));
  EXPECT_EQ(file.info().value().bytes, 11u);
  std::array<std::byte, 20> buffer;
  EXPECT_EQ(file.read_at(6, buffer).value(), 5u);
  EXPECT_EQ(as_text(Bytes(buffer).first(5)), "world");
  EXPECT_EQ(file.read_at(11, buffer).value(), 0u);
  EXPECT_EQ(file.read_at(UINT64_MAX, buffer).value(), 0u);
}

TEST(Platform, TemporaryFilesGoWhereTmpdirSays) {
  const Variable tmpdir("TMPDIR", "/nowhere/at/all");
  std::string why;
  const auto opened = File::temporary(why);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::io);
  EXPECT_EQ(why, "/nowhere/at/all: No such file or directory");
}

TEST(Platform, TemporaryFilesLeaveNothingBehind) {
  std::string pattern = (std::filesystem::temp_directory_path() / "stopwarden-platform-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  const Variable tmpdir("TMPDIR", pattern.c_str());
  std::string why;
  const auto opened = File::temporary(why);
  EXPECT_TRUE(opened);
  EXPECT_TRUE(std::filesystem::is_empty(pattern));
  std::filesystem::remove(pattern);
}

TEST(Platform, OpeningSaysWhy) {
  std::string why;
  EXPECT_FALSE(File::open("/nowhere", OpenAs::regular, why));
  EXPECT_EQ(why, "No such file or directory");
  EXPECT_FALSE(File::open("/", OpenAs::stream, why));
  EXPECT_EQ(why, "not a regular file");
  EXPECT_FALSE(File::open("/dev/null", OpenAs::regular, why));
  EXPECT_TRUE(File::open("/dev/null", OpenAs::stream, why));
  EXPECT_FALSE(list_folder("/nowhere", why));
  EXPECT_EQ(stat_path("/", Links::keep, why).value().kind, FileKind::folder);
  EXPECT_EQ(stat_path("/dev/null", Links::keep, why).value().kind, FileKind::device);
}

TEST(Platform, Paths) {
  EXPECT_EQ(join_path("a", "b"), "a/b");
  EXPECT_EQ(join_path("a/", "b"), "a/b");
  EXPECT_EQ(join_path("/", "b"), "/b");
  EXPECT_EQ(join_path("", "b"), "b");
  EXPECT_EQ(real_path("/usr/../usr/./"), "/usr");
  EXPECT_EQ(real_path("/nowhere"), "");
}

TEST(Platform, Colour) {
  struct Case {
    const char *no_color, *force, *term;
    bool want;
  };
  // The streams of a test are no terminal, or one whose TERM is dumb here: only force gives colour.
  const Case cases[] = {{nullptr, nullptr, "dumb", false}, {nullptr, "1", "dumb", true}, {nullptr, "0", "dumb", false},
                        {nullptr, "", "dumb", false},      {"1", "1", "xterm", false},   {"", "1", "dumb", true}};
  for (const Case& c : cases) {
    const Variable no_color("NO_COLOR", c.no_color), force("CLICOLOR_FORCE", c.force), term("TERM", c.term);
    EXPECT_EQ(wants_colour(Stream::standard_output), c.want);
  }
}

TEST(Platform, WidthIsSane) {
  for (const char* columns : {"100", "", "x", "0", "7", "99999", "-3"}) {
    const Variable variable("COLUMNS", columns);
    const std::size_t width = terminal_width(Stream::standard_output);
    EXPECT_GE(width, 20u);
    EXPECT_LE(width, 1000u);
    if (!is_terminal(Stream::standard_output)) {
      EXPECT_EQ(width, std::string(columns) == "100"     ? 100u
                       : std::string(columns) == "7"     ? 20u
                       : std::string(columns) == "99999" ? 1000u
                                                         : 80u);
    }
  }
}

TEST(Platform, UsableCoresAreThoseTheProcessMayRunOn) {
  cpu_set_t before, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_EQ(usable_cores(), static_cast<std::size_t>(CPU_COUNT(&before)));
  CPU_ZERO(&one);
  for (std::size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i)
    if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cores(), 1u);
  EXPECT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

TEST(Platform, Utf8CharsetIsScoped) {
  const std::string before = ::nl_langinfo(CODESET);
  {
    const Utf8Charset utf8;
    const std::string inside = ::nl_langinfo(CODESET);
    EXPECT_TRUE(inside == "UTF-8" || inside == before);
  }
  EXPECT_EQ(before, ::nl_langinfo(CODESET));
}

}  // namespace
}  // namespace stopwarden::platform
