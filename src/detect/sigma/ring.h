// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory_resource>
#include <type_traits>
#include <utility>

namespace stopwarden::sigma {

/// A queue of plain data in one block of memory, of less than 2^31 items.
template <class T>
class Ring {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit Ring(std::pmr::memory_resource* memory) : memory_(memory) {}
  Ring(Ring&& other) noexcept
      : memory_(other.memory_),
        items_(std::exchange(other.items_, nullptr)),
        room_(std::exchange(other.room_, 0)),
        head_(other.head_),
        size_(std::exchange(other.size_, 0)) {}
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  Ring& operator=(Ring&&) = delete;
  ~Ring() { release(); }

  std::size_t size() const noexcept { return size_; }
  bool full() const noexcept { return size_ == room_; }  ///< the next push() takes more memory
  const T& operator[](std::size_t i) const noexcept {
    return items_[(head_ + static_cast<std::uint32_t>(i)) & (room_ - 1)];
  }
  const T& front() const noexcept { return items_[head_]; }
  void push(const T& item) {
    if (full()) grow();
    items_[(head_ + size_++) & (room_ - 1)] = item;
  }
  void pop() noexcept {
    head_ = (head_ + 1) & (room_ - 1);
    --size_;
  }
  void clear() noexcept { head_ = size_ = 0; }
  /// Empties it, and keeps no more than a little memory.
  void forget() {
    if (room_ > kSmall) release();
    clear();
  }

 private:
  static constexpr std::uint32_t kSmall = 4;
  void grow() {
    const std::uint32_t room = std::max(kSmall, room_ * 2);
    T* items = static_cast<T*>(memory_->allocate(room * sizeof(T), alignof(T)));
    for (std::uint32_t i = 0; i < size_; ++i) new (items + i) T((*this)[i]);
    for (std::uint32_t i = size_; i < room; ++i) new (items + i) T{};
    release();
    items_ = items;
    room_ = room;
    head_ = 0;
  }
  void release() noexcept {
    if (items_ != nullptr) memory_->deallocate(items_, room_ * sizeof(T), alignof(T));
    items_ = nullptr;
    room_ = 0;
  }

  std::pmr::memory_resource* memory_;
  T* items_ = nullptr;
  std::uint32_t room_ = 0, head_ = 0, size_ = 0;  // room_ is a power of two
};

}  // namespace stopwarden::sigma
