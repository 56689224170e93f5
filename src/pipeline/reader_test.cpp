// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace stopwarden {
namespace {

/// Gives a text in pieces of a fixed size, then an error if one is set.
class PieceStream final : public ByteStream {
 public:
  PieceStream(std::string text, std::size_t piece, std::optional<Error> error = {})
      : text_(std::move(text)), piece_(piece), error_(error) {}
  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t n = std::min({piece_, out.size(), text_.size() - at_});
    if (n == 0 && error_) return *error_;
    if (n != 0) std::memcpy(out.data(), text_.data() + at_, n);
    at_ += n;
    return n;
  }

 private:
  std::string text_;
  std::size_t piece_, at_ = 0;
  std::optional<Error> error_;
};

struct Collector final : EventSink {
  std::vector<std::string> events, drops;
  void on_event(const Event& e) override {
    std::string line = std::to_string(e.origin.record) + "@" + std::to_string(e.origin.offset);
    for (const FieldValue& f : e.fields) line += " " + std::string(f.text);
    events.push_back(line);
  }
  void on_drop(const Error& e) override {
    drops.push_back(std::string(errc_name(e.code)) + "@" + std::to_string(e.offset));
  }
  void on_oddity(const Error&) override {}
};

struct ReaderTest : ::testing::Test {
  FieldTable table;
  WantedFields wanted{table};
  ReaderTest() { wanted.add_all_values(); }
};

TEST_F(ReaderTest, TheSizeOfPiecesDoesNotMatter) {
  std::string text;
  for (int i = 0; i < 300; ++i)
    text +=
        "{\"EventID\":" + std::to_string(i) + ",\"x\":\"" + std::string(static_cast<std::size_t>(i) * 7, 'y') + "\"}\n";
  text += "{\"cut off\": ";
  InputReader reader(SourceOptions{&wanted});
  Collector whole;
  PieceStream all(text, text.size());
  const ReadResult want = reader.read(all, whole);
  EXPECT_EQ(whole.events.size(), 300u);
  EXPECT_EQ(whole.drops.size(), 1u);
  for (const std::size_t piece : {1u, 7u, 100u, 4096u}) {
    Collector got;
    PieceStream stream(text, piece);
    const ReadResult result = reader.read(stream, got);
    EXPECT_EQ(got.events, whole.events) << piece;
    EXPECT_EQ(got.drops, whole.drops) << piece;
    EXPECT_EQ(result.records, want.records) << piece;
    EXPECT_EQ(result.bytes, text.size()) << piece;
  }
}

TEST_F(ReaderTest, AnErrorOfTheStreamKeepsWhatCameBefore) {
  InputReader reader(SourceOptions{&wanted});
  Collector got;
  PieceStream stream("{\"EventID\":1}\n{\"EventID\":2}\n", 5, Error{Errc::truncated, 27, "archive"});
  const ReadResult result = reader.read(stream, got);
  EXPECT_EQ(got.events.size(), 2u);
  ASSERT_TRUE(result.stream_error);
  EXPECT_EQ(result.stream_error->code, Errc::truncated);
}

TEST_F(ReaderTest, UnknownBytesAreCountedAndEmptyIsFine) {
  InputReader reader(SourceOptions{&wanted});
  Collector got;
  PieceStream junk(std::string(200'000, 'q'), 1000);
  const ReadResult result = reader.read(junk, got);
  EXPECT_EQ(result.format, nullptr);
  EXPECT_EQ(result.bytes, 200'000u);
  PieceStream empty("", 10);
  EXPECT_EQ(reader.read(empty, got).bytes, 0u);
  EXPECT_TRUE(got.events.empty() && got.drops.empty());
}

TEST_F(ReaderTest, ALineLongerThanTheWindowIsReportedAndTheRestIsRead) {
  InputReader reader(SourceOptions{&wanted});
  Collector got;
  const std::string huge = "{\"x\":\"" + std::string(40u << 20, 'a') + "\"}\n";
  PieceStream stream("{\"EventID\":1}\n" + huge + "{\"EventID\":2}\n", 1u << 20);
  reader.read(stream, got);
  ASSERT_EQ(got.events.size(), 2u);
  ASSERT_EQ(got.drops.size(), 1u);
  EXPECT_EQ(got.drops[0], "limit_exceeded@14");
}

}  // namespace
}  // namespace stopwarden
