// SPDX-License-Identifier: Apache-2.0
#include "pipeline/evidence_store.h"

#include <algorithm>
#include <span>

#include "base/bytes.h"
#include "finding/correlation.h"

namespace stopwarden {
namespace {

constexpr std::size_t kHeader = 12;  // records before (8 bytes), size of the member (4), little-endian

}  // namespace

std::uint64_t EvidenceStore::keep(std::uint64_t records_before, std::string_view member) {
  if (memory_.size() >= memory_bytes_max_ && !spill_error_) {
    if (const Status spilled = spill(); !spilled) spill_error_ = spilled.error();
  }
  const std::uint64_t key = written_ + memory_.size();
  append_le(memory_, records_before, 8);
  append_le(memory_, member.size(), 4);
  memory_ += member;
  return key;
}

Status EvidenceStore::spill() {
  if (!file_) file_ = SW_TRY(make_());
  SW_TRY(file_->append(as_bytes(memory_)));
  written_ += memory_.size();
  memory_.clear();
  return Ok{};
}

Result<Finding> EvidenceStore::get(std::uint64_t key) {
  std::string bytes;
  SW_TRY(read(key, kHeader, bytes));
  const Bytes header = as_bytes(bytes);
  const auto records_before = load_le<std::uint64_t>(header, 0);
  const std::size_t size = load_le<std::uint32_t>(header, 8);
  SW_TRY(read(key + kHeader, size, bytes));
  Result<Finding> out = decode_member(bytes);
  if (out)
    for (Evidence& e : out.value().evidences) e.record += records_before;
  return out;
}

Status EvidenceStore::read(std::uint64_t at, std::size_t size, std::string& out) {
  if (at >= written_) {
    const std::uint64_t begin = at - written_;
    if (begin > memory_.size() || size > memory_.size() - begin) return Error{Errc::truncated, at, "an evidence's end"};
    out.assign(memory_, static_cast<std::size_t>(begin), size);
    return Ok{};
  }
  if (size > written_ - at) return Error{Errc::truncated, at, "an evidence's end"};  // none lies in both
  out.resize(size);
  std::span<char> rest(out);
  while (!rest.empty()) {
    const std::size_t got = SW_TRY(file_->read_at(at, std::as_writable_bytes(rest)));
    if (got == 0) return Error{Errc::truncated, at, "an evidence's end"};
    rest = rest.subspan(got);
    at += got;
  }
  return Ok{};
}

}  // namespace stopwarden
