// SPDX-License-Identifier: Apache-2.0
#include "sources/journal/decompress.h"

#include <lz4.h>
#include <lzma.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <climits>

namespace stopwarden::journal {
namespace {

constexpr std::size_t kFirstTry = 16 * std::size_t{1024};  // payloads are compressed from 512 bytes on
constexpr std::uint64_t kXzMemory = 64 << 20;              // journald's windows are 8 MiB

constexpr Error kBad{Errc::bad_value, 0, "a payload that cannot be decompressed"};
constexpr Error kTooLong{Errc::limit_exceeded, 0, "a value of more than 16 MiB"};

/// What one attempt to unpack into a buffer came to.
struct Attempt {
  enum class End : std::uint8_t { done, too_small, bad } end = End::bad;
  std::size_t written = 0;
};

Attempt try_xz(Bytes packed, char* out, std::size_t room) {
  std::uint64_t memory = kXzMemory;
  std::size_t in_at = 0, out_at = 0;
  const lzma_ret r =
      lzma_stream_buffer_decode(&memory, 0, nullptr, reinterpret_cast<const std::uint8_t*>(packed.data()), &in_at,
                                packed.size(), reinterpret_cast<std::uint8_t*>(out), &out_at, room);
  if (r == LZMA_OK) return {Attempt::End::done, out_at};
  return {r == LZMA_BUF_ERROR ? Attempt::End::too_small : Attempt::End::bad, 0};
}

Attempt try_zstd(ZSTD_DCtx* context, Bytes packed, char* out, std::size_t room) {
  const std::size_t r = ZSTD_decompressDCtx(context, out, room, packed.data(), packed.size());
  if (ZSTD_isError(r) == 0) return {Attempt::End::done, r};
  return {ZSTD_getErrorCode(r) == ZSTD_error_dstSize_tooSmall ? Attempt::End::too_small : Attempt::End::bad, 0};
}

/// The length of what was packed, as the packed bytes promise it; 0 when they do not say.
std::uint64_t promised_length(Compression how, Bytes packed) {
  if (how == Compression::lz4) return packed.size() > 8 ? load_le<std::uint64_t>(packed, 0) : 0;
  if (how != Compression::zstd) return 0;
  const unsigned long long n = ZSTD_getFrameContentSize(packed.data(), packed.size());
  return n == ZSTD_CONTENTSIZE_UNKNOWN || n == ZSTD_CONTENTSIZE_ERROR ? 0 : n;
}

Result<std::string_view> unpack_lz4(Bytes packed, std::uint64_t length, Arena& arena) {
  const Bytes block = packed.subspan(8);
  if (block.size() > INT_MAX) return kTooLong;
  // A byte of LZ4 gives 255 at most.
  if (length / 255 > block.size()) return kBad;
  char* out = arena.allocate(length);
  const int n = LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()), out, static_cast<int>(block.size()),
                                    static_cast<int>(length));
  if (n < 0 || static_cast<std::uint64_t>(n) != length) {
    arena.shrink_last(length, 0);
    return kBad;
  }
  return std::string_view(out, length);
}

}  // namespace

struct Decompressor::State {
  struct Free {
    void operator()(ZSTD_DCtx* c) const { ZSTD_freeDCtx(c); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> zstd;
};

Decompressor::Decompressor() : state_(std::make_unique<State>()) {}
Decompressor::~Decompressor() = default;

Result<std::string_view> Decompressor::unpack(Compression how, Bytes packed, std::size_t limit, Arena& arena) {
  work_ = 0;
  if (how == Compression::none)
    return packed.size() <= limit ? Result<std::string_view>(as_text(packed)) : Result<std::string_view>(kTooLong);
  const std::uint64_t promised = promised_length(how, packed);
  if (promised > std::min<std::uint64_t>(limit, INT_MAX)) return kTooLong;
  work_ = static_cast<std::size_t>(promised);
  if (how == Compression::lz4)
    return promised == 0 ? Result<std::string_view>(kBad) : unpack_lz4(packed, promised, arena);
  if (how == Compression::zstd && state_->zstd == nullptr) state_->zstd.reset(ZSTD_createDCtx());
  std::size_t room = promised != 0 ? static_cast<std::size_t>(promised) : std::min(kFirstTry, limit);
  for (;;) {
    if (promised == 0) work_ += room;
    char* out = arena.allocate(room);
    const Attempt a =
        how == Compression::xz ? try_xz(packed, out, room) : try_zstd(state_->zstd.get(), packed, out, room);
    arena.shrink_last(room, a.written);
    if (a.end == Attempt::End::done) return std::string_view(out, a.written);
    if (a.end == Attempt::End::bad || promised != 0) return kBad;
    if (room >= limit) return kTooLong;
    room = std::min(room * 4, limit);
  }
}

}  // namespace stopwarden::journal
