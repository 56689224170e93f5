// SPDX-License-Identifier: Apache-2.0
#include "input/stream.h"

#include <algorithm>
#include <cstring>

namespace stopwarden::input {
namespace {

constexpr std::size_t kSignatureMax = 16;  // every signature but tar's is shorter

}  // namespace

void Progress::at(std::uint64_t offset) {
  offset_ = std::max(offset_, offset);
  if (base_ + offset_ - told_ < kStep) return;
  told_ = base_ + offset_;
  visitor_->on_progress(told_);
}

void Progress::done(std::uint64_t bytes) {
  base_ += std::max(bytes, offset_);
  offset_ = 0;
  told_ = base_;
  visitor_->on_progress(told_);
}

Result<std::size_t> FileStream::read(std::span<std::byte> out) {
  if (state_ == State::ended || out.empty()) return std::size_t{0};
  if (at_ == end_ && state_ == State::reading) {
    // The end as it was at opening: take what was added meanwhile, but look only once. Files that say 0 and hold
    // something anyway (procfs) are read until they end.
    state_ = State::second_look;
    const auto now = file_.info();
    const std::uint64_t bytes = now ? now.value().bytes : 0;
    end_ = size_ == 0 && bytes == 0 ? UINT64_MAX : std::max(end_, bytes);
  }
  const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), end_ - at_));
  const std::size_t n = SW_TRY(file_.read_at(at_, out.first(want)));
  at_ += n;
  if (progress_ != nullptr) progress_->at(at_);
  if (n == 0) {
    state_ = State::ended;
    if (at_ < size_) return Error{Errc::truncated, at_, "file shrank while it was read"};
  }
  return n;
}

Result<std::size_t> FileStream::read_at(std::uint64_t offset, std::span<std::byte> out) {
  const std::size_t n = SW_TRY(file_.read_at(offset, out));
  if (progress_ != nullptr) progress_->at(std::min(offset + n, size_));
  return n;
}

Result<std::size_t> PipeStream::read(std::span<std::byte> out) {
  const std::size_t n = SW_TRY(file_.read(out));
  at_ += n;
  if (progress_ != nullptr) progress_->at(at_);
  return n;
}

Bytes PeekStream::peek(std::size_t bytes) {
  while (head_.size() < bytes && !error_) {
    const std::size_t had = head_.size();
    head_.resize(bytes);
    const auto n = under_->read(std::span(head_).subspan(had));
    head_.resize(had + (n ? n.value() : 0));
    if (!n) error_ = n.error();
    if (head_.size() == had) break;
    // A line break before any NUL is text: the header of a tar starts with a name that is padded with NUL, and all
    // others are told by a few first bytes.
    const std::string_view text = as_text(head_);
    if (text.size() >= kSignatureMax && text.find('\n') < text.find('\0')) break;
  }
  return head_;
}

Result<std::size_t> PeekStream::read(std::span<std::byte> out) {
  if (given_ < head_.size()) {
    const std::size_t n = std::min(out.size(), head_.size() - given_);
    if (n != 0) std::memcpy(out.data(), head_.data() + given_, n);
    given_ += n;
    return n;
  }
  if (error_) {
    const Error error = *error_;
    error_.reset();
    return error;
  }
  return under_->read(out);
}

Result<std::size_t> MemoryStream::read(std::span<std::byte> out) {
  const std::size_t n = SW_TRY(read_at(at_, out));
  at_ += n;
  return n;
}

Result<std::size_t> MemoryStream::read_at(std::uint64_t offset, std::span<std::byte> out) {
  if (offset >= bytes_.size()) return std::size_t{0};
  const Bytes left = bytes_.subspan(static_cast<std::size_t>(offset));
  const std::size_t n = std::min(out.size(), left.size());
  if (n != 0) std::memcpy(out.data(), left.data(), n);
  return n;
}

}  // namespace stopwarden::input
