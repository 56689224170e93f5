// SPDX-License-Identifier: Apache-2.0
// Small text files that are read whole: rules, mappings, policies.
#include <algorithm>
#include <string_view>

#include "input/input.h"
#include "platform/file.h"

namespace stopwarden {
namespace {

using platform::File;
using platform::FileKind;
using platform::Folder;
using platform::Links;
using Unreadable = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kStep = std::size_t{64} << 10;

bool ends_in_one_of(std::string_view name, std::span<const std::string_view> suffixes) {
  for (const std::string_view suffix : suffixes)
    if (name.size() >= suffix.size() && name.substr(name.size() - suffix.size()) == suffix) return true;
  return false;
}

/// Reads small files, thousands of them: one buffer for all, and no question to the system that can be left out.
class TextReader {
 public:
  explicit TextReader(std::size_t bytes_max) : bytes_max_(bytes_max), buffer_(kStep) {}

  Result<std::string> read(File& file, std::string& why) {
    std::string out;
    for (;;) {
      const auto n = file.read(buffer_);
      if (!n) {
        why = n.error().what;
        return n.error();
      }
      if (n.value() == 0) return out;
      if (n.value() > bytes_max_ - out.size()) {
        why = "larger than " + std::to_string(bytes_max_) + " bytes";
        return Error{Errc::limit_exceeded, bytes_max_, "file is too large"};
      }
      out.append(as_text(Bytes(buffer_).first(n.value())));
      if (out.size() == file.bytes_at_open()) return out;  // what a file grows by meanwhile is not waited for
    }
  }

 private:
  std::size_t bytes_max_;
  std::vector<std::byte> buffer_;
};

class TreeReader {
 public:
  TreeReader(std::span<const std::string_view> suffixes, std::size_t bytes_max, std::vector<TextFile>& texts,
             Unreadable& unreadable)
      : suffixes_(suffixes), reader_(bytes_max), texts_(texts), unreadable_(unreadable) {}

  void folder(const Result<Folder>& opened, const std::string& path, std::size_t depth, const std::string& why) {
    if (!opened) return bad(path, why);
    std::string problem;
    const auto entries = opened.value().entries(problem);
    if (!entries) return bad(path, problem);
    for (const platform::FolderEntry& entry : entries.value()) this->entry(opened.value(), entry, path, depth);
  }

 private:
  void bad(const std::string& path, const std::string& why) { unreadable_.emplace_back(path, why); }

  void entry(const Folder& parent, const platform::FolderEntry& entry, const std::string& folder_path,
             std::size_t depth) {
    const bool wanted = ends_in_one_of(entry.name, suffixes_);
    const bool is_folder = entry.kind == FileKind::folder;
    if (!wanted && !is_folder) return;
    std::string path = platform::join_path(folder_path, entry.name);
    std::string why;
    if (is_folder) {
      if (depth + 1 >= InputLimits{}.folder_depth_max) return bad(path, "too many folders in each other");
      return folder(Folder::open(parent, entry.name, why), path, depth + 1, why);
    }
    if (entry.kind == FileKind::symlink) {
      const auto target = platform::stat_path(path, Links::follow, why);
      if (target && target.value().kind == FileKind::folder) return;  // never followed: it may lead in a circle
    }
    // A pipe or device below a folder is nobody's rule, and reading it might never end.
    auto file = File::open(parent, entry.name, platform::OpenAs::regular, why);
    if (!file) return bad(path, why);
    auto text = reader_.read(file.value(), why);
    if (!text) return bad(path, why);
    texts_.push_back({std::move(path), std::move(text).take()});
  }

  std::span<const std::string_view> suffixes_;
  TextReader reader_;
  std::vector<TextFile>& texts_;
  Unreadable& unreadable_;
};

}  // namespace

Result<TextFile> read_text_file(const std::string& path, std::size_t bytes_max, std::string& why) {
  const auto info = platform::stat_path(path, Links::follow, why);
  if (!info) return info.error();
  const bool regular = info.value().kind == FileKind::regular;
  File file = SW_TRY(File::open(path, regular ? platform::OpenAs::regular : platform::OpenAs::stream, why));
  std::string text = SW_TRY(TextReader(bytes_max).read(file, why));  // on its own: a return amid a list leaks the list
  return TextFile{path, std::move(text)};
}

std::vector<TextFile> read_text_tree(const std::string& path, std::span<const std::string_view> suffixes,
                                     std::size_t bytes_max, Unreadable& unreadable) {
  std::vector<TextFile> texts;
  std::string why;
  const auto info = platform::stat_path(path, Links::follow, why);
  if (!info) {
    unreadable.emplace_back(path, why);
  } else if (info.value().kind == FileKind::folder) {
    TreeReader(suffixes, bytes_max, texts, unreadable).folder(Folder::open(path, why), path, 0, why);
  } else if (auto text = read_text_file(path, bytes_max, why)) {
    texts.push_back(std::move(text).take());
  } else {
    unreadable.emplace_back(path, why);
  }
  std::sort(texts.begin(), texts.end(), [](const TextFile& a, const TextFile& b) { return a.path < b.path; });
  return texts;
}

}  // namespace stopwarden
