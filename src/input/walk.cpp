// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "input/archive.h"
#include "input/input.h"
#include "input/stream.h"
#include "platform/file.h"

namespace stopwarden {
namespace {

using input::FileStream;
using input::PipeStream;
using platform::File;
using platform::FileInfo;
using platform::FileKind;
using platform::Links;
using platform::OpenAs;

/// What a walk over the disk finds, in order. The one walk serves reading and adding up sizes.
class Finder {
 public:
  virtual ~Finder() = default;
  virtual void file(const std::string& path, const FileInfo& info) = 0;
  virtual void unreadable(const std::string& path, const Error& error, const std::string& why) = 0;
};

constexpr std::size_t kFolderDepthMax = InputLimits{}.folder_depth_max;

class FolderWalk {
 public:
  FolderWalk(std::size_t depth_max, Finder& finder) : depth_max_(depth_max), finder_(&finder) {}

  /// `path` as it was given: whatever it is, a link to a folder or a pipe too.
  void top(const std::string& path) {
    std::string why;
    const auto info = platform::stat_path(path, Links::follow, why);
    if (!info) return finder_->unreadable(path, info.error(), why);
    if (info.value().kind == FileKind::folder) {
      top_ = platform::real_path(path);
      return folder(path, 0);
    }
    if (info.value().kind == FileKind::socket)
      return finder_->unreadable(path, {Errc::unsupported, 0, "socket"}, "a socket cannot be read");
    finder_->file(path, info.value());
  }

 private:
  void folder(const std::string& path, std::size_t depth) {
    if (depth >= depth_max_)
      return finder_->unreadable(path, {Errc::limit_exceeded, 0, "folders in folders"},
                                 "more than " + std::to_string(depth_max_) + " folders in each other");
    std::string why;
    const auto names = platform::list_folder(path, why);
    if (!names) return finder_->unreadable(path, names.error(), why);
    for (const std::string& name : names.value()) below(platform::join_path(path, name), depth);
  }

  void below(const std::string& path, std::size_t depth) {
    std::string why;
    auto info = platform::stat_path(path, Links::keep, why);
    if (info && info.value().kind == FileKind::symlink) {
      info = platform::stat_path(path, Links::follow, why);
      if (info && info.value().kind == FileKind::folder) return linked_folder(path);
    }
    if (!info) return finder_->unreadable(path, info.error(), why);
    switch (info.value().kind) {
      case FileKind::regular: return finder_->file(path, info.value());
      case FileKind::folder: return folder(path, depth + 1);
      case FileKind::symlink: return;  // followed above
      case FileKind::pipe:
        return finder_->unreadable(path, {Errc::unsupported, 0, "pipe"}, "a pipe below a folder is not read");
      case FileKind::socket:
        return finder_->unreadable(path, {Errc::unsupported, 0, "socket"}, "a socket below a folder is not read");
      case FileKind::device:
        return finder_->unreadable(path, {Errc::unsupported, 0, "device"}, "a device below a folder is not read");
    }
  }

  /// Never followed. Said only when it leads out of the folder that is walked: all else is met anyway.
  void linked_folder(const std::string& path) {
    const std::string target = platform::real_path(path);
    const bool inside = !top_.empty() && target.compare(0, top_.size(), top_) == 0 &&
                        (target.size() == top_.size() || target[top_.size()] == '/' || top_ == "/");
    if (!inside)
      finder_->unreadable(path, {Errc::unsupported, 0, "link to a folder"},
                          "a link to a folder elsewhere is not followed; name that folder too");
  }

  std::size_t depth_max_;
  Finder* finder_;
  std::string top_;
};

class Reader final : public Finder {
 public:
  Reader(const InputLimits& limits, InputVisitor& visitor) : limits_(&limits), visitor_(&visitor), progress_(visitor) {}

  void file(const std::string& path, const FileInfo& found) override {
    std::string why;
    const bool regular = found.kind == FileKind::regular;
    auto opened = File::open(path, regular ? OpenAs::regular : OpenAs::stream, why);
    if (!opened) return unreadable(path, opened.error(), why);
    read(path, std::move(opened).take());
  }

  void unreadable(const std::string& path, const Error& error, const std::string& why) override {
    visitor_->on_unreadable(path, error, why);
  }

  void standard_input() { read("-", File::standard_input()); }

 private:
  void read(const std::string& name, File opened) {
    const auto info = opened.info();
    if (!info) return unreadable(name, info.error(), info.error().what);
    if (info.value().kind == FileKind::folder)
      return unreadable(name, {Errc::unsupported, 0, "folder"}, "standard input is a folder");
    // A redirected file that somebody has read from already is like a pipe: what is left of it counts.
    if (info.value().kind == FileKind::regular && opened.position() == 0) {
      const std::uint64_t size = info.value().bytes;
      FileStream stream(std::move(opened), size, &progress_, info.value().modified);
      input::walk_stream(name, stream, *limits_, *visitor_);
      return progress_.done(size);
    }
    PipeStream stream(std::move(opened), &progress_);
    input::walk_stream(name, stream, *limits_, *visitor_);
    progress_.done(stream.bytes());
  }

  const InputLimits* limits_;
  InputVisitor* visitor_;
  input::Progress progress_;
};

class Adder final : public Finder {
 public:
  void file(const std::string&, const FileInfo& info) override {
    if (info.kind == FileKind::regular)
      bytes += info.bytes;
    else
      unknown = true;
  }
  void unreadable(const std::string&, const Error&, const std::string&) override {}  // the reading walk reports it
  std::uint64_t bytes = 0;
  bool unknown = false;
};

}  // namespace

void walk_inputs(std::span<const std::string> paths, const InputLimits& limits, InputVisitor& visitor) {
  Reader reader(limits, visitor);
  for (const std::string& path : paths) {
    if (path == "-")
      reader.standard_input();
    else
      FolderWalk(limits.folder_depth_max, reader).top(path);
  }
}

std::uint64_t total_bytes(std::span<const std::string> paths) {
  Adder adder;
  for (const std::string& path : paths) {
    if (path == "-") return 0;
    FolderWalk(kFolderDepthMax, adder).top(path);
  }
  return adder.unknown ? 0 : adder.bytes;
}

}  // namespace stopwarden
