// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace stopwarden::input {

enum class ArchiveKind : std::uint8_t { none, zip, seven_zip, tar, gzip, zstd, bzip2, xz, lz4 };

/// A kind that packs one stream without a name of its own (the name in a gzip header is not used: it may be anything).
constexpr bool is_filter(ArchiveKind k) noexcept {
  return k == ArchiveKind::gzip || k == ArchiveKind::zstd || k == ArchiveKind::bzip2 || k == ArchiveKind::xz ||
         k == ArchiveKind::lz4;
}

/// As many first bytes as the decision needs: a tar header.
inline constexpr std::size_t kArchiveHead = 512;

/// What an input is by its first bytes (kArchiveHead of them; all of a shorter input). Sure or `none`: a tar must carry
/// the right sum over its header, with or without "ustar" at 257, so that no log can be taken for one.
ArchiveKind sniff_archive(Bytes head) noexcept;

}  // namespace stopwarden::input
