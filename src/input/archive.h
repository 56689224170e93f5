// SPDX-License-Identifier: Apache-2.0
// Walks archives that lie in a stream. Opens nothing on disk but unlinked temporary files; never unpacks to disk.
#pragma once
#include <string>

#include "input/input.h"
#include "input/stream.h"

namespace stopwarden::input {

/// Hands `stream` to the visitor under `name`, or, when its first bytes say that it is an archive, everything in it.
///
/// Input:   `stream` is hostile; a stream that is a SeekableStream is read out of order where its format asks for that.
/// Names:   "name!/entry"; the entry's name is only a name (never opened), with invalid UTF-8 replaced. What a filter
///          packs is "x.log.gz!/x.log", or "x!/data" when the suffix tells nothing; a packed tar is one archive.
/// Reports: on_unreadable() for what the visitor had no stream of: damaged or encrypted entries, devices, archives that
///          cannot be opened or go on, reached limits. Errors inside an entry come from its stream's read().
/// Memory:  a few buffers of 64 KiB and what the unpacking library needs, for each of at most depth_max layers.
void walk_stream(const std::string& name, ByteStream& stream, const InputLimits& limits, InputVisitor& visitor);
void walk_stream(const std::string& name, SeekableStream& stream, const InputLimits& limits, InputVisitor& visitor);

}  // namespace stopwarden::input
