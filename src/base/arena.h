// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace stopwarden {

/// Bump memory for one event or one unit of input. reset() keeps the blocks, so a warm arena allocates nothing.
/// Views handed out die at reset(). Not for sharing between threads.
class Arena {
 public:
  /// `bytes` uninitialised bytes, valid until reset(). Alignment 1.
  char* allocate(std::size_t bytes) {
    if (block_ < blocks_.size() && blocks_[block_].size - used_ >= bytes) {
      char* p = blocks_[block_].data.get() + used_;
      used_ += bytes;
      return p;
    }
    return allocate_slow(bytes);
  }
  /// Gives back the unused tail of the latest allocate(), which was of `asked` bytes.
  void shrink_last(std::size_t asked, std::size_t kept) noexcept { used_ -= asked - kept; }
  std::string_view copy(std::string_view s) {
    char* p = allocate(s.size());
    if (!s.empty()) std::memcpy(p, s.data(), s.size());
    return {p, s.size()};
  }
  /// Forgets everything handed out. Blocks over 1 MiB are freed, so that one huge event does not stay resident.
  void reset() noexcept {
    while (blocks_.size() > 1 && blocks_.back().size > kKeepMax) blocks_.pop_back();
    block_ = 0;
    used_ = 0;
  }

 private:
  static constexpr std::size_t kBlock = 64 * std::size_t{1024};
  static constexpr std::size_t kKeepMax = 1024 * std::size_t{1024};
  struct Block {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;
  };
  char* allocate_slow(std::size_t bytes) {
    std::size_t next = blocks_.empty() ? 0 : block_ + 1;
    while (next < blocks_.size() && blocks_[next].size < bytes) ++next;
    if (next >= blocks_.size()) {
      const std::size_t size = bytes > kBlock ? bytes : kBlock;
      blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
      next = blocks_.size() - 1;
    }
    block_ = next;
    used_ = bytes;
    return blocks_[block_].data.get();
  }
  std::vector<Block> blocks_;
  std::size_t block_ = 0, used_ = 0;
};

}  // namespace stopwarden
