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
using platform::Links;
using Unreadable = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kStep = std::size_t{64} << 10;

bool ends_in_one_of(std::string_view name, std::span<const std::string_view> suffixes) {
  for (const std::string_view suffix : suffixes)
    if (name.size() >= suffix.size() && name.substr(name.size() - suffix.size()) == suffix) return true;
  return false;
}

void collect(const std::string& folder, std::size_t depth, std::span<const std::string_view> suffixes,
             std::vector<std::string>& files, Unreadable& unreadable) {
  if (depth >= InputLimits{}.folder_depth_max) {
    unreadable.emplace_back(folder, "too many folders in each other");
    return;
  }
  std::string why;
  const auto names = platform::list_folder(folder, why);
  if (!names) {
    unreadable.emplace_back(folder, why);
    return;
  }
  for (const std::string& name : names.value()) {
    const std::string path = platform::join_path(folder, name);
    const auto own = platform::stat_path(path, Links::keep, why);
    const bool link = own && own.value().kind == FileKind::symlink;
    const auto info = link ? platform::stat_path(path, Links::follow, why) : own;
    const bool wanted = ends_in_one_of(name, suffixes);
    if (info && info.value().kind == FileKind::folder) {
      if (!link) collect(path, depth + 1, suffixes, files, unreadable);
    } else if (wanted && !info) {
      unreadable.emplace_back(path, why);
    } else if (wanted) {
      files.push_back(path);
    }
  }
}

}  // namespace

Result<TextFile> read_text_file(const std::string& path, std::size_t bytes_max, std::string& why) {
  const auto info = platform::stat_path(path, Links::follow, why);
  if (!info) return info.error();
  const bool regular = info.value().kind == FileKind::regular;
  File file = SW_TRY(File::open(path, regular ? platform::OpenAs::regular : platform::OpenAs::stream, why));
  TextFile out{path, {}};
  std::size_t filled = 0;
  for (;;) {
    out.text.resize(filled + std::min(kStep, bytes_max - filled) + 1);  // one more byte shows that it is too long
    const auto n = file.read(std::as_writable_bytes(std::span(out.text)).subspan(filled));
    if (!n) {
      why = n.error().what;
      return n.error();
    }
    filled += n.value();
    if (filled > bytes_max) {
      why = "larger than " + std::to_string(bytes_max) + " bytes";
      return Error{Errc::limit_exceeded, bytes_max, "file is too large"};
    }
    if (n.value() == 0) break;
  }
  out.text.resize(filled);
  out.text.shrink_to_fit();  // thousands of rules are in memory at a time, each a few kB
  return out;
}

std::vector<TextFile> read_text_tree(const std::string& path, std::span<const std::string_view> suffixes,
                                     std::size_t bytes_max, Unreadable& unreadable) {
  std::vector<std::string> files;
  std::string why;
  const auto info = platform::stat_path(path, Links::follow, why);
  if (!info) {
    unreadable.emplace_back(path, why);
    return {};
  }
  if (info.value().kind == FileKind::folder)
    collect(path, 0, suffixes, files, unreadable);
  else
    files.push_back(path);
  std::sort(files.begin(), files.end());
  std::vector<TextFile> texts;
  for (const std::string& file : files) {
    auto text = read_text_file(file, bytes_max, why);
    if (text)
      texts.push_back(std::move(text).take());
    else
      unreadable.emplace_back(file, why);
  }
  return texts;
}

}  // namespace stopwarden
