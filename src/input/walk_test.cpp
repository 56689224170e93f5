// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "input/input.h"
#include "input/stream.h"
#include "input/test_archives.h"

namespace stopwarden::input {
namespace {

namespace fs = std::filesystem;

class Walk : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "stopwarden-walk-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string path(const std::string& name) const { return (root_ / name).string(); }
  void write(const std::string& name, std::string_view data) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << data;
  }
  /// What a walk met, with the temporary folder cut from the names.
  Lines names(const Lines& full) const {
    Lines out;
    for (const std::string& s : full)
      out.push_back(s.compare(0, root_.string().size(), root_.string()) == 0 ? s.substr(root_.string().size() + 1) : s);
    return out;
  }
  TestVisitor walk(const std::vector<std::string>& paths, const InputLimits& limits = {}) const {
    TestVisitor seen;
    walk_inputs(paths, limits, seen);
    return seen;
  }

  fs::path root_;
};

TEST_F(Walk, OrderIsThatOfNames) {
  for (const char* name : {"b/2", "b/10", "b/1", "a.log", "B", "c/d/e", "\xC3\xA9"}) write(name, name);
  fs::create_directories(root_ / "empty");
  write("zero", "");
  const TestVisitor seen = walk({path("")});
  EXPECT_EQ(names(seen.names), (Lines{"B", "a.log", "b/1", "b/10", "b/2", "c/d/e", "zero", "\xC3\xA9"}));
  EXPECT_EQ(seen.datas[6], "");
  EXPECT_EQ(seen.unreadable, Lines{});
  const TestVisitor given = walk({path("zero"), path("a.log"), path("b")});
  EXPECT_EQ(names(given.names), (Lines{"zero", "a.log", "b/1", "b/10", "b/2"}));
}

TEST_F(Walk, WhatIsNotThereIsNamed) {
  write("x", "x");
  const TestVisitor seen = walk({path("none"), path("x")});
  EXPECT_EQ(names(seen.unreadable), Lines{"none io"});
  EXPECT_EQ(seen.whys, Lines{"No such file or directory"});
  EXPECT_EQ(names(seen.names), Lines{"x"});
}

TEST_F(Walk, LinksAreFollowedToFilesOnly) {
  write("in/x", "x");
  write("out/y", "y");
  fs::create_symlink("x", root_ / "in/link");
  fs::create_symlink(root_ / "out/y", root_ / "in/link2");
  fs::create_symlink("..", root_ / "in/up");
  fs::create_symlink(".", root_ / "in/self");
  fs::create_symlink("nowhere", root_ / "in/broken");
  fs::create_symlink("loop", root_ / "in/loop");
  const TestVisitor seen = walk({path("in")});
  EXPECT_EQ(names(seen.names), (Lines{"in/link", "in/link2", "in/x"}));
  EXPECT_EQ(names(seen.unreadable), (Lines{"in/broken io", "in/loop io", "in/up unsupported"}));
  fs::create_symlink(root_ / "in", root_ / "top");
  EXPECT_EQ(walk({path("top")}).names.size(), 3u);  // a link that was given by name is followed
}

TEST_F(Walk, PipesAndSocketsBelowAFolderAreLeftOut) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const int s = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(s, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  write("x", "x");
  const TestVisitor seen = walk({path("")});
  ::close(s);
  EXPECT_EQ(names(seen.names), Lines{"x"});
  EXPECT_EQ(names(seen.unreadable), (Lines{"pipe unsupported", "socket unsupported"}));
}

TEST_F(Walk, APipeThatIsNamedIsRead) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  std::thread writer([this] { std::ofstream(path("pipe")) << "through a pipe\n"; });
  const TestVisitor seen = walk({path("pipe")});
  writer.join();
  EXPECT_EQ(seen.datas, Lines{"through a pipe\n"});
}

TEST_F(Walk, FoldersInFoldersHaveALimit) {
  write("1/2/3/x", "x");
  const TestVisitor seen = walk({path("1")}, {.folder_depth_max = 2});
  EXPECT_EQ(names(seen.unreadable), Lines{"1/2/3 limit_exceeded"});
  EXPECT_EQ(walk({path("1")}, {.folder_depth_max = 3}).names.size(), 1u);
}

TEST_F(Walk, ArchivesAreToldByTheirBytes) {
  const std::string zip = make_archive("zip", {{"x.log", "in zip", TestEntry::Kind::file}});
  write("really.evtx", zip);
  write("plain.zip", "no zip at all\n");
  const TestVisitor seen = walk({path("")});
  EXPECT_EQ(names(seen.names), (Lines{"plain.zip", "really.evtx!/x.log"}));
  EXPECT_EQ(seen.datas, (Lines{"no zip at all\n", "in zip"}));
}

TEST_F(Walk, ProgressEndsAtTheTotal) {
  const std::string big = noise(5u << 20);
  write("a", big);
  write("b.zip", make_archive("zip", {{"x", big, TestEntry::Kind::file}}));
  write("c", "");
  const std::vector<std::string> paths{path("")};
  const TestVisitor seen = walk(paths);
  ASSERT_FALSE(seen.progress.empty());
  EXPECT_EQ(seen.progress.back(), total_bytes(paths));
  EXPECT_TRUE(std::is_sorted(seen.progress.begin(), seen.progress.end()));
  EXPECT_GT(seen.progress.size(), 8u);
  EXPECT_LT(seen.progress.size(), 30u);
  EXPECT_EQ(total_bytes(std::vector<std::string>{path("a"), "-"}), 0u);
  EXPECT_EQ(total_bytes(std::vector<std::string>{path("none")}), 0u);
}

/// Does something to the file after the first bytes were read.
class Meddler final : public TestVisitor {
 public:
  explicit Meddler(std::function<void()> act) : act_(std::move(act)) {}
  void on_input(const std::string& name, ByteStream& stream) override {
    std::byte first[100];
    const auto n = stream.read(first);
    ASSERT_TRUE(n);
    act_();
    TestVisitor::on_input(name, stream);
  }

 private:
  std::function<void()> act_;
};

TEST_F(Walk, AFileThatShrinksIsTruncated) {
  write("x", noise(10'000));
  Meddler seen([this] { fs::resize_file(root_ / "x", 5000); });
  walk_inputs(std::vector<std::string>{path("x")}, {}, seen);
  EXPECT_EQ(names(seen.errors), Lines{"x truncated file shrank while it was read"});
  EXPECT_EQ(seen.sizes, std::vector<std::uint64_t>{4900});
}

TEST_F(Walk, AFileThatGrowsEndsAllTheSame) {
  write("x", noise(10'000));
  Meddler seen([this] { std::ofstream(root_ / "x", std::ios::app) << "more"; });
  walk_inputs(std::vector<std::string>{path("x")}, {}, seen);
  EXPECT_EQ(seen.errors, Lines{});
  EXPECT_EQ(seen.sizes, std::vector<std::uint64_t>{9904});
}

TEST_F(Walk, AnErrorOfAStreamIsGivenOnce) {
  write("x", noise(10'000));
  std::string why;
  auto file = platform::File::open(path("x"), platform::OpenAs::regular, why);
  ASSERT_TRUE(file);
  FileStream stream(std::move(file).take(), 20'000, nullptr);
  std::vector<std::byte> buffer(30'000);
  EXPECT_EQ(stream.read(buffer).value(), 10'000u);
  const auto error = stream.read(buffer);
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().code, Errc::truncated);
  EXPECT_EQ(error.error().offset, 10'000u);
  EXPECT_EQ(stream.read(buffer).value(), 0u);
}

TEST_F(Walk, ProcFilesHaveNoSizeAndAreRead) {
  const TestVisitor seen = walk({"/proc/self/status"});
  ASSERT_EQ(seen.sizes.size(), 1u);
  EXPECT_GT(seen.sizes[0], 100u);
}

TEST_F(Walk, StandardInput) {
  write("in", "from a file\n");
  const int before = ::dup(STDIN_FILENO);
  const int file = ::open(path("in").c_str(), O_RDONLY);
  ASSERT_EQ(::dup2(file, STDIN_FILENO), STDIN_FILENO);
  EXPECT_EQ(walk({"-"}).datas, Lines{"from a file\n"});
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
  const std::string zip = make_archive("zip", {{"x", "in a pipe", TestEntry::Kind::file}});
  ASSERT_EQ(::write(ends[1], zip.data(), zip.size()), static_cast<ssize_t>(zip.size()));
  ::close(ends[1]);
  const TestVisitor piped = walk({"-"});
  EXPECT_EQ(piped.names, Lines{"-!/x"});
  EXPECT_EQ(piped.datas, Lines{"in a pipe"});
  ASSERT_EQ(::dup2(before, STDIN_FILENO), STDIN_FILENO);
  for (const int fd : {before, file, ends[0]}) ::close(fd);
}

TEST_F(Walk, ASlowPipeOfTextIsNotHeldUp) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int before = ::dup(STDIN_FILENO);
  ASSERT_EQ(::dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
  const std::string line = "{\"EventID\":7036}\n";
  ASSERT_EQ(::write(ends[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
  TestVisitor seen;  // reads one line while the writing end stays open
  seen.read_max = line.size();
  walk_inputs(std::vector<std::string>{"-"}, {}, seen);
  EXPECT_EQ(seen.datas, Lines{line});
  ASSERT_EQ(::dup2(before, STDIN_FILENO), STDIN_FILENO);
  for (const int fd : {before, ends[0], ends[1]}) ::close(fd);
}

TEST_F(Walk, TextFiles) {
  write("x.yml", "title: x\n");
  std::string why;
  const auto text = read_text_file(path("x.yml"), 100, why);
  ASSERT_TRUE(text);
  EXPECT_EQ(text.value().text, "title: x\n");
  EXPECT_EQ(text.value().path, path("x.yml"));
  EXPECT_TRUE(read_text_file(path("x.yml"), 9, why));
  const auto large = read_text_file(path("x.yml"), 8, why);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Errc::limit_exceeded);
  EXPECT_EQ(why, "larger than 8 bytes");
  EXPECT_FALSE(read_text_file(path("none"), 8, why));
  EXPECT_EQ(why, "No such file or directory");
  EXPECT_FALSE(read_text_file(path(""), 8, why));
  write("big", noise(300'000));
  EXPECT_EQ(read_text_file(path("big"), SIZE_MAX / 2, why).value().text, noise(300'000));
}

TEST_F(Walk, TextTrees) {
  for (const char* name : {"r/a/x.yml", "r/a.yml", "r/a-b.yaml", "r/note.txt", "r/z/big.yml"}) write(name, name);
  write("r/z/big.yml", std::string(200, 'x'));
  fs::create_symlink("none", root_ / "r/broken.yml");
  fs::create_symlink("..", root_ / "r/up");
  std::vector<std::pair<std::string, std::string>> unreadable;
  const std::string_view suffixes[] = {".yml", ".yaml"};
  Lines found;
  for (const TextFile& f : read_text_tree(path("r"), suffixes, 100, unreadable)) found.push_back(f.path);
  EXPECT_EQ(names(found), (Lines{"r/a-b.yaml", "r/a.yml", "r/a/x.yml"}));
  ASSERT_EQ(unreadable.size(), 2u);
  EXPECT_EQ(unreadable[0].first, path("r/broken.yml"));
  EXPECT_EQ(unreadable[1].second, "larger than 100 bytes");
  EXPECT_EQ(read_text_tree(path("r/note.txt"), suffixes, 100, unreadable).size(), 1u);  // named by the user
  EXPECT_EQ(read_text_tree(path("none"), suffixes, 100, unreadable).size(), 0u);
  EXPECT_EQ(unreadable.size(), 3u);
}

TEST_F(Walk, TextTreesFollowLinksToFilesOnlyAndWaitForNoPipe) {
  write("real/one.yml", "one");
  write("r/x", "x");
  fs::create_symlink(root_ / "real/one.yml", root_ / "r/link.yml");
  fs::create_directory_symlink(root_ / "real", root_ / "r/folder.yml");
  fs::create_directory(root_ / "r/empty.yml");  // a folder by that name is no rule
  ASSERT_EQ(::mkfifo(path("r/pipe.yml").c_str(), 0600), 0);
  std::vector<std::pair<std::string, std::string>> unreadable;
  const std::string_view suffixes[] = {".yml"};
  const auto texts = read_text_tree(path("r"), suffixes, 100, unreadable);
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0].path, path("r/link.yml"));
  EXPECT_EQ(texts[0].text, "one");
  ASSERT_EQ(unreadable.size(), 1u);
  EXPECT_EQ(unreadable[0].first, path("r/pipe.yml"));
  EXPECT_EQ(unreadable[0].second, "not a regular file");
}

}  // namespace
}  // namespace stopwarden::input
