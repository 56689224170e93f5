// SPDX-License-Identifier: Apache-2.0
#include "finding/spill.h"

#include <algorithm>
#include <queue>

namespace stopwarden {
namespace {

constexpr std::size_t kHeader = 8;  // u32 size of the key, u32 size of the value, little-endian

}  // namespace

/// Writes records in large pieces.
class ExternalSort::RunWriter {
 public:
  RunWriter(Run& run, std::size_t buffer_max) : run_(run), buffer_max_(buffer_max) {}
  Status add(std::string_view key, std::string_view value) {
    append_le(buffer_, key.size(), 4);
    append_le(buffer_, value.size(), 4);
    buffer_ += key;
    buffer_ += value;
    if (buffer_.size() < buffer_max_) return Ok{};
    return flush();
  }
  Status flush() {
    SW_TRY(run_.file->append(as_bytes(buffer_)));
    run_.bytes += buffer_.size();
    buffer_.clear();
    return Ok{};
  }

 private:
  Run& run_;
  std::size_t buffer_max_;
  std::string buffer_;
};

/// Walks the records of one run.
class ExternalSort::RunReader {
 public:
  RunReader(Run& run, std::size_t buffer_size) : run_(&run), buffer_size_(buffer_size) {}

  /// Moves to the next record; false at the end. Errors: io, truncated.
  Result<bool> next() {
    used_ += record_;
    record_ = 0;
    if (offset_ == run_->bytes && used_ == buffer_.size()) return false;
    SW_TRY(want(kHeader));
    const Bytes bytes = as_bytes(std::string_view{buffer_.data(), buffer_.size()});
    key_size_ = load_le<std::uint32_t>(bytes, used_);
    value_size_ = load_le<std::uint32_t>(bytes, used_ + 4);
    record_ = kHeader + std::size_t{key_size_} + value_size_;
    SW_TRY(want(record_));
    return true;
  }
  std::string_view key() const noexcept { return {buffer_.data() + used_ + kHeader, key_size_}; }
  std::string_view value() const noexcept { return {buffer_.data() + used_ + kHeader + key_size_, value_size_}; }

 private:
  /// Makes `bytes` bytes from used_ on present in the buffer.
  Status want(std::size_t bytes) {
    if (buffer_.size() - used_ >= bytes) return Ok{};
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
    std::size_t have = buffer_.size();
    if (bytes - have > run_->bytes - offset_) return Error{Errc::truncated, offset_, "spilled findings"};
    const std::size_t left = static_cast<std::size_t>(std::min<std::uint64_t>(run_->bytes - offset_, SIZE_MAX / 2));
    const std::size_t target = have + std::min(std::max(bytes - have, buffer_size_), left);
    buffer_.resize(target);
    while (have < target) {
      const std::size_t got =
          SW_TRY(run_->file->read_at(offset_, std::as_writable_bytes(std::span(buffer_.data() + have, target - have))));
      if (got == 0) return Error{Errc::truncated, offset_, "spilled findings"};
      have += got;
      offset_ += got;
    }
    return Ok{};
  }

  Run* run_;
  std::size_t buffer_size_;
  std::vector<char> buffer_;
  std::uint64_t offset_ = 0;
  std::size_t used_ = 0, record_ = 0;
  std::uint32_t key_size_ = 0, value_size_ = 0;
};

ExternalSort::ExternalSort(SpillMaker make, SortLimits limits)
    : make_(std::move(make)), limits_(limits), memory_bytes_max_(limits.memory_bytes_max) {}

void ExternalSort::add(std::string_view key, std::string_view value) {
  ++size_;
  entries_.push_back({data_.size(), static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size())});
  data_.insert(data_.end(), key.begin(), key.end());
  data_.insert(data_.end(), value.begin(), value.end());
  if (data_.size() + entries_.size() * sizeof(Entry) < memory_bytes_max_) return;
  if (const Status status = spill(); !status) {
    spill_error_ = status.error();
    memory_bytes_max_ *= 2;
  }
}

void ExternalSort::sort_memory() {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [this](const Entry& a, const Entry& b) { return key_of(a) < key_of(b); });
}

Status ExternalSort::spill() {
  if (runs_.size() >= limits_.runs_max) SW_TRY(merge_runs());
  sort_memory();
  Run run{SW_TRY(make_()), 0};
  RunWriter writer(run, limits_.read_buffer);
  for (const Entry& e : entries_) SW_TRY(writer.add(key_of(e), value_of(e)));
  SW_TRY(writer.flush());
  runs_.push_back(std::move(run));
  ++runs_written_;
  data_.clear();
  entries_.clear();
  return Ok{};
}

/// Makes one run of all runs.
Status ExternalSort::merge_runs() {
  Run merged{SW_TRY(make_()), 0};
  RunWriter writer(merged, limits_.read_buffer);
  std::optional<Error> failed;
  SW_TRY(merge(runs_, [&](std::string_view key, std::string_view value) {
    if (failed) return;
    if (const Status status = writer.add(key, value); !status) failed = status.error();
  }));
  if (failed) return *failed;
  SW_TRY(writer.flush());
  runs_.clear();
  runs_.push_back(std::move(merged));
  return Ok{};
}

Status ExternalSort::merge(std::vector<Run>& runs, const Visitor& visit) {
  std::vector<RunReader> readers;
  readers.reserve(runs.size());
  const auto later = [&readers](std::size_t a, std::size_t b) {
    const int order = readers[a].key().compare(readers[b].key());
    return order != 0 ? order > 0 : a > b;  // earlier runs hold earlier records
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> heads(later);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    readers.emplace_back(runs[i], limits_.read_buffer);
    if (SW_TRY(readers[i].next())) heads.push(i);
  }
  while (!heads.empty()) {
    const std::size_t i = heads.top();
    heads.pop();
    visit(readers[i].key(), readers[i].value());
    if (SW_TRY(readers[i].next())) heads.push(i);
  }
  return Ok{};
}

Status ExternalSort::drain(const Visitor& visit) {
  if (!runs_.empty() && !entries_.empty()) {
    if (const Status status = spill(); !status) {  // what is left in memory is merged from there
      spill_error_ = status.error();
    }
  }
  sort_memory();
  // With runs on disk and no room for the last one, memory takes part in the merge.
  std::size_t next = 0;
  const auto visit_memory_before = [&](std::string_view key) {
    for (; next < entries_.size() && key_of(entries_[next]) < key; ++next)
      visit(key_of(entries_[next]), value_of(entries_[next]));
  };
  if (!runs_.empty()) {
    SW_TRY(merge(runs_, [&](std::string_view key, std::string_view value) {
      visit_memory_before(key);
      visit(key, value);
    }));
  }
  for (; next < entries_.size(); ++next) visit(key_of(entries_[next]), value_of(entries_[next]));
  runs_.clear();
  entries_.clear();
  data_ = {};
  return Ok{};
}

}  // namespace stopwarden
