// SPDX-License-Identifier: Apache-2.0
#include "input/sniff_archive.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace stopwarden::input {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;
  ArchiveKind kind;
};
constexpr std::array kSignatures{
    Signature{"PK\x03\x04"sv, ArchiveKind::zip},                // local file header
    Signature{"PK\x05\x06"sv, ArchiveKind::zip},                // end of central directory: an empty zip
    Signature{"PK\x07\x08PK\x03\x04"sv, ArchiveKind::zip},      // first part of a split zip
    Signature{"7z\xBC\xAF\x27\x1C"sv, ArchiveKind::seven_zip},  //
    Signature{"\x1F\x8B\x08"sv, ArchiveKind::gzip},             // RFC 1952, deflate
    Signature{"\x28\xB5\x2F\xFD"sv, ArchiveKind::zstd},         // RFC 8878
    Signature{"\xFD\x37zXZ\x00"sv, ArchiveKind::xz},            //
    Signature{"\x04\x22\x4D\x18"sv, ArchiveKind::lz4},          // frame format
};

/// An octal number of a tar header: blanks, digits, then only blanks and NUL. Empty fields are nothing.
std::optional<std::uint64_t> octal(std::string_view field) noexcept {
  while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
  std::uint64_t value = 0;
  std::size_t digits = 0;
  while (digits < field.size() && field[digits] >= '0' && field[digits] <= '7')
    value = value * 8 + static_cast<std::uint64_t>(field[digits++] - '0');
  if (digits == 0) return std::nullopt;
  for (const char c : field.substr(digits))
    if (c != ' ' && c != '\0') return std::nullopt;
  return value;
}

bool is_tar(std::string_view head) noexcept {
  constexpr std::size_t kSumAt = 148, kSumLength = 8;
  if (head.size() < kArchiveHead) return false;
  const auto stated = octal(head.substr(kSumAt, kSumLength));
  if (!stated) return false;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kArchiveHead; ++i)
    sum += i >= kSumAt && i - kSumAt < kSumLength ? std::uint64_t{' '} : static_cast<unsigned char>(head[i]);
  return sum == *stated;
}

bool is_bzip2(std::string_view head) noexcept {
  if (head.size() < 10 || head.substr(0, 3) != "BZh" || head[3] < '1' || head[3] > '9') return false;
  const std::string_view mark = head.substr(4, 6);  // of a block, or of the end when there is none
  return mark == "\x31\x41\x59\x26\x53\x59"sv || mark == "\x17\x72\x45\x38\x50\x90"sv;
}

}  // namespace

ArchiveKind sniff_archive(Bytes bytes) noexcept {
  const std::string_view head = as_text(bytes);
  for (const Signature& s : kSignatures)
    if (head.substr(0, s.bytes.size()) == s.bytes) return s.kind;
  if (is_bzip2(head)) return ArchiveKind::bzip2;
  if (is_tar(head)) return ArchiveKind::tar;
  return ArchiveKind::none;
}

}  // namespace stopwarden::input
