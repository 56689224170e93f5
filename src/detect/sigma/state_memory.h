// SPDX-License-Identifier: Apache-2.0
// Memory of the correlations' state: blocks of a few sizes that are used again, and who holds how much of it.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <memory_resource>
#include <new>

namespace stopwarden::sigma {

/// Blocks of powers of two. Freed ones are kept for the next who asks, up to a limit of each size.
class BlockPool {
 public:
  BlockPool() = default;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool() {
    for (Shelf& shelf : shelves_)
      for (std::size_t size = kSmallest << (&shelf - shelves_.data()); shelf.first != nullptr;)
        release(shelf.pop(), size);
  }

  /// What a block for `bytes` takes in truth.
  static std::size_t size_of(std::size_t bytes) noexcept {
    return bytes > kPooledMax ? bytes : std::bit_ceil(bytes < kSmallest ? kSmallest : bytes);
  }
  void* take(std::size_t bytes) {
    const std::size_t size = size_of(bytes);
    in_use_ += size;
    if (size > kPooledMax) return obtain(size);
    Shelf& shelf = shelf_of(size);
    if (shelf.first == nullptr) return obtain(size);
    shelf.bytes -= size;
    return shelf.pop();
  }
  void give(void* block, std::size_t bytes) noexcept {
    const std::size_t size = size_of(bytes);
    in_use_ -= size;
    if (size > kPooledMax || shelf_of(size).bytes + size > kShelfMax) return release(block, size);
    shelf_of(size).push(block);
    shelf_of(size).bytes += size;
  }
  std::size_t in_use() const noexcept { return in_use_; }

 private:
  struct Free {
    Free* next;
  };
  struct Shelf {
    void push(void* block) noexcept { first = new (block) Free{first}; }
    void* pop() noexcept {
      Free* block = first;
      first = block->next;
      return block;
    }
    Free* first = nullptr;
    std::size_t bytes = 0;
  };
  static constexpr std::size_t kSmallest = 16, kPooledMax = 64 * std::size_t{1024};
  static constexpr std::size_t kShelfMax = 2 * std::size_t{1024} * 1024;  // of one size; 26 MiB in all

  // What is as large as a line of the cache does not lie across two.
  static constexpr std::align_val_t kLine{64};
  static void* obtain(std::size_t size) { return size < 64 ? ::operator new(size) : ::operator new(size, kLine); }
  static void release(void* block, std::size_t size) noexcept {
    if (size < 64)
      ::operator delete(block);
    else
      ::operator delete(block, kLine);
  }
  Shelf& shelf_of(std::size_t size) noexcept {
    return shelves_[static_cast<std::size_t>(std::countr_zero(size) - std::countr_zero(kSmallest))];
  }

  std::array<Shelf, 13> shelves_;  // 16 bytes to 64 KiB
  std::size_t in_use_ = 0;
};

/// The part of a pool that one correlation holds.
class StateMemory final : public std::pmr::memory_resource {
 public:
  explicit StateMemory(BlockPool& pool) : pool_(pool) {}
  std::size_t in_use() const noexcept { return in_use_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t) override {  // blocks are aligned for all we have
    in_use_ += BlockPool::size_of(bytes);
    return pool_.take(bytes);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t) override {
    in_use_ -= BlockPool::size_of(bytes);
    pool_.give(block, bytes);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  BlockPool& pool_;
  std::size_t in_use_ = 0;
};

/// Empties a container; what it holds for the next use is kept when it is small.
template <class Container>
void empty_out(Container& c) {
  constexpr std::size_t kKeptMax = 128;
  if (c.capacity() * sizeof(typename Container::value_type) > kKeptMax)
    c = Container(c.get_allocator());
  else
    c.clear();
}

}  // namespace stopwarden::sigma
