// SPDX-License-Identifier: Apache-2.0
#include "finding/spill.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace stopwarden {
namespace {

// u32 size of the key, u32 size of the value, u32 how many bytes of the value's end are those of the value before,
// which are then not there; little-endian.
constexpr std::size_t kHeader = 12;
constexpr std::size_t kChunks = 32;  // that fill the memory; sorting one takes less than a millisecond

/// How many bytes both have in common at their ends; a multiple of 8.
std::size_t shared_end(std::string_view a, std::string_view b) noexcept {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t out = 0;
  while (most - out >= 8 && std::memcmp(a.data() + (a.size() - out - 8), b.data() + (b.size() - out - 8), 8) == 0)
    out += 8;
  return out;
}

/// The next value in the place of the one before: its begin is replaced, `shared` bytes at the end stay.
void replace_begin(std::string& value, std::string_view begin, std::size_t shared) {
  value.replace(0, value.size() - shared, begin);
}

}  // namespace

/// Writes records in large pieces.
class ExternalSort::RunWriter {
 public:
  RunWriter(Run& run, std::size_t buffer_max) : run_(run), buffer_max_(buffer_max) {}
  Status add(std::string_view key, std::string_view value) {
    // OPTIMIZATION: copies of one record differ in where they lie, which their values begin with: a third of the bytes
    // to write and to read back for a folder of logs that were saved more than once. ExternalSort's tests sort such.
    const std::size_t shared = shared_end(last_, value);
    const std::string_view begin = value.substr(0, value.size() - shared);
    append_le(buffer_, key.size(), 4);
    append_le(buffer_, value.size(), 4);
    append_le(buffer_, shared, 4);
    buffer_ += key;
    buffer_ += begin;
    replace_begin(last_, begin, shared);
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
  std::string last_;  // value
};

/// Records in the order of their keys.
class ExternalSort::Records {
 public:
  virtual ~Records() = default;
  /// Moves to the next record, at first to the first; false at the end. Errors: io, truncated.
  virtual Result<bool> next() = 0;
  virtual std::string_view key() const noexcept = 0;
  virtual std::string_view value() const noexcept = 0;
};

class ExternalSort::ChunkRecords final : public Records {
 public:
  explicit ChunkRecords(const Chunk& chunk) : chunk_(chunk) {}
  Result<bool> next() override { return ++at_ <= chunk_.entries.size(); }
  std::string_view key() const noexcept override { return chunk_.key_of(chunk_.entries[at_ - 1]); }
  std::string_view value() const noexcept override { return chunk_.value_of(chunk_.entries[at_ - 1]); }

 private:
  const Chunk& chunk_;
  std::size_t at_ = 0;
};

class ExternalSort::RunRecords final : public Records {
 public:
  RunRecords(const Run& run, std::size_t buffer_size) : run_(&run), buffer_size_(buffer_size) {}

  Result<bool> next() override {
    used_ += record_;
    record_ = 0;
    if (offset_ == run_->bytes && used_ == buffer_.size()) return false;
    SW_TRY(want(kHeader));
    const Bytes bytes = as_bytes(std::string_view{buffer_.data(), buffer_.size()});
    key_size_ = load_le<std::uint32_t>(bytes, used_);
    const std::size_t value_size = load_le<std::uint32_t>(bytes, used_ + 4);
    const std::size_t shared = load_le<std::uint32_t>(bytes, used_ + 8);
    if (shared > std::min(value_size, value_.size())) return Error{Errc::bad_value, offset_, "spilled findings"};
    record_ = kHeader + std::size_t{key_size_} + (value_size - shared);
    SW_TRY(want(record_));
    const std::size_t begin = used_ + kHeader + key_size_;
    replace_begin(value_, {buffer_.data() + begin, value_size - shared}, shared);
    return true;
  }
  std::string_view key() const noexcept override { return {buffer_.data() + used_ + kHeader, key_size_}; }
  std::string_view value() const noexcept override { return value_; }

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

  const Run* run_;
  std::size_t buffer_size_;
  std::vector<char> buffer_;
  std::uint64_t offset_ = 0;
  std::size_t used_ = 0, record_ = 0;
  std::uint32_t key_size_ = 0;
  std::string value_;
};

/// Several of them as one.
class ExternalSort::Merge {
 public:
  /// Of equal keys, those of what was added earlier come first.
  void add(std::unique_ptr<Records> records) { all_.push_back(std::move(records)); }
  /// Moves to the next record, at first to the first; false at the end.
  Result<bool> next() {
    if (!started_) {
      started_ = true;
      for (std::size_t i = 0; i < all_.size(); ++i) SW_TRY(push(i));
    } else {
      const std::size_t last = heads_.back().from;
      heads_.pop_back();
      SW_TRY(push(last));
    }
    if (heads_.empty()) return false;
    std::pop_heap(heads_.begin(), heads_.end(), later);
    return true;
  }
  std::string_view key() const noexcept { return heads_.back().key; }
  std::string_view value() const noexcept { return all_[heads_.back().from]->value(); }

 private:
  struct Head {
    std::string_view key;
    std::size_t from;
  };
  static bool later(const Head& a, const Head& b) noexcept {
    const int order = a.key.compare(b.key);
    return order != 0 ? order > 0 : a.from > b.from;
  }
  Status push(std::size_t from) {
    if (!SW_TRY(all_[from]->next())) return Ok{};
    heads_.push_back({all_[from]->key(), from});
    std::push_heap(heads_.begin(), heads_.end(), later);
    return Ok{};
  }

  std::vector<std::unique_ptr<Records>> all_;
  std::vector<Head> heads_;  // a heap; the present record is behind it
  bool started_ = false;
};

/// A run that is being written.
struct ExternalSort::Writing {
  Writing(std::vector<Chunk> from, std::unique_ptr<SpillFile> to, std::size_t buffer_max)
      : chunks(std::move(from)), run{std::move(to), 0}, writer(run, buffer_max) {
    for (const Chunk& chunk : chunks) merge.add(std::make_unique<ChunkRecords>(chunk));
  }
  std::vector<Chunk> chunks;
  Merge merge;
  Run run;
  RunWriter writer;
};

ExternalSort::ExternalSort(SpillMaker make, SortLimits limits)
    : make_(std::move(make)), limits_(limits), memory_bytes_max_(limits.memory_bytes_max) {}
ExternalSort::~ExternalSort() = default;

void ExternalSort::add(std::string_view key, std::string_view value) {
  ++size_;
  open_.entries.push_back(
      {open_.data.size(), static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size())});
  open_.data.insert(open_.data.end(), key.begin(), key.end());
  open_.data.insert(open_.data.end(), value.begin(), value.end());
  if (writing_) {
    // Twice as fast as memory fills: done before the other half is full.
    if (const Status status = write_some(2 * (key.size() + value.size() + sizeof(Entry))); !status)
      keep_in_memory(status.error());
  }
  if (open_.bytes() < limits_.memory_bytes_max / kChunks) return;
  close_chunk();
  if (sorted_bytes_ < memory_bytes_max_ / 2) return;
  if (const Status status = start_run(); !status) keep_in_memory(status.error());
}

void ExternalSort::close_chunk() {
  if (open_.entries.empty()) return;
  std::stable_sort(open_.entries.begin(), open_.entries.end(),
                   [this](const Entry& a, const Entry& b) { return open_.key_of(a) < open_.key_of(b); });
  sorted_bytes_ += open_.bytes();
  sorted_.push_back(std::move(open_));
  open_ = {};
  if (!spare_.empty()) {
    open_ = std::move(spare_.back());
    spare_.pop_back();
  }
  open_.data.reserve(limits_.memory_bytes_max / kChunks);
}

Status ExternalSort::start_run() {
  if (writing_) SW_TRY(write_some(SIZE_MAX));
  if (runs_.size() >= limits_.runs_max) SW_TRY(merge_runs());
  std::unique_ptr<SpillFile> file = SW_TRY(make_());
  writing_ = std::make_unique<Writing>(std::move(sorted_), std::move(file), limits_.read_buffer);
  sorted_.clear();
  sorted_bytes_ = 0;
  return Ok{};
}

/// Writes so much more of the run, and ends it when that was all.
Status ExternalSort::write_some(std::size_t bytes) {
  Merge& merge = writing_->merge;
  for (std::size_t done = 0; done < bytes;) {
    if (!SW_TRY(merge.next())) return finish_run();
    SW_TRY(writing_->writer.add(merge.key(), merge.value()));
    done += merge.key().size() + merge.value().size() + sizeof(Entry);
  }
  return Ok{};
}

Status ExternalSort::finish_run() {
  SW_TRY(writing_->writer.flush());
  runs_.push_back(std::move(writing_->run));
  ++runs_written_;
  for (Chunk& chunk : writing_->chunks) {
    chunk.data.clear();
    chunk.entries.clear();
    spare_.push_back(std::move(chunk));
  }
  writing_.reset();
  return Ok{};
}

/// The run could not be written: its chunks go back, and there will be more of them before the next one is tried.
void ExternalSort::keep_in_memory(const Error& why) {
  spill_error_ = why;
  memory_bytes_max_ *= 2;
  if (!writing_) return;
  for (const Chunk& chunk : writing_->chunks) sorted_bytes_ += chunk.bytes();
  sorted_.insert(sorted_.begin(), std::make_move_iterator(writing_->chunks.begin()),
                 std::make_move_iterator(writing_->chunks.end()));
  writing_.reset();
}

/// Makes one run of all runs.
Status ExternalSort::merge_runs() {
  Run merged{SW_TRY(make_()), 0};
  RunWriter writer(merged, limits_.read_buffer);
  Merge merge;
  for (const Run& run : runs_) merge.add(std::make_unique<RunRecords>(run, limits_.read_buffer));
  while (SW_TRY(merge.next())) SW_TRY(writer.add(merge.key(), merge.value()));
  SW_TRY(writer.flush());
  runs_.clear();
  runs_.push_back(std::move(merged));
  return Ok{};
}

Status ExternalSort::drain(const Visitor& visit) {
  close_chunk();
  Merge merge;  // runs hold what came first; a run that is not done is in memory whole
  for (const Run& run : runs_) merge.add(std::make_unique<RunRecords>(run, limits_.read_buffer));
  if (writing_)
    for (const Chunk& chunk : writing_->chunks) merge.add(std::make_unique<ChunkRecords>(chunk));
  for (const Chunk& chunk : sorted_) merge.add(std::make_unique<ChunkRecords>(chunk));
  while (SW_TRY(merge.next())) visit(merge.key(), merge.value());
  runs_.clear();
  writing_.reset();
  sorted_.clear();
  open_ = {};
  spare_.clear();
  return Ok{};
}

}  // namespace stopwarden
