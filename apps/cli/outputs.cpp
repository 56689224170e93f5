// SPDX-License-Identifier: Apache-2.0
#include "outputs.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "platform/terminal.h"
#include "version.h"

namespace stopwarden::cli {
namespace {

std::string error_text(int number) { return std::strerror(number); }  // one thread: no race for its buffer

std::string format_names() {
  std::string out;
  for (const OutputFormat& f : output_formats()) out += (out.empty() ? "" : ", ") + std::string(f.name);
  return out;
}

}  // namespace

bool FileSink::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) {
    why_ = error_text(errno);
    return false;
  }
  return flush_ == Flush::at_end || flush();
}

bool FileSink::flush() {
  if (std::fflush(file_) == 0) return true;
  why_ = error_text(errno);
  return false;
}

std::string Outputs::open(const std::vector<std::string>& requests, Overwrite overwrite, Input input) {
  if (requests.empty()) return add("text", overwrite, input);
  for (const std::string& request : requests)
    if (std::string problem = add(request, overwrite, input); !problem.empty()) return problem;
  return {};
}

std::string Outputs::add(const std::string& request, Overwrite overwrite, Input input) {
  const std::size_t equals = request.find('=');
  const std::string name = request.substr(0, equals),
                    path = equals == std::string::npos ? "" : request.substr(equals + 1);
  Output out;
  out.format = find_format(name);
  if (out.format == nullptr) return "there is no format '" + name + "'; there are: " + format_names();
  if (equals != std::string::npos && path.empty()) return "-f " + request + ": a file name must follow the '='";
  const bool streams = input == Input::pipe && out.format->streams == Streams::yes;
  const auto flush = streams ? FileSink::Flush::each_write : FileSink::Flush::at_end;
  FormatOptions options;
  options.version = kVersion;
  if (path.empty()) {
    for (const Output& other : outputs_)
      if (!other.file) return "two formats cannot share standard output; give one of them a file: -f " + name + "=FILE";
    const auto out_stream = platform::Stream::standard_output;
    options.colour = platform::wants_colour(out_stream) ? Colour::on : Colour::off;
    if (platform::is_terminal(out_stream)) options.width = platform::terminal_width(out_stream);
    out.sink = std::make_unique<FileSink>(stdout, "standard output", flush);
  } else {
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite == Overwrite::yes ? O_TRUNC : O_EXCL);
    const int fd = ::open(path.c_str(), flags, 0600);  // a report holds command lines: readable by its owner only
    if (fd < 0 && errno == EEXIST) return path + " is already there; --force overwrites it";
    if (fd < 0) return path + ": " + error_text(errno);
    out.file.reset(::fdopen(fd, "w"));
    out.sink = std::make_unique<FileSink>(out.file.get(), path, flush);
  }
  out.writer = out.format->make(*out.sink, options);
  if (!streams) out.order = std::make_unique<FindingOrder>(out.format->sort);
  outputs_.push_back(std::move(out));
  return {};
}

void Outputs::on_finding(const Finding& finding) {
  for (Output& out : outputs_) {
    if (out.order)
      out.order->on_finding(finding);
    else if (out.writer->ok())
      out.writer->on_finding(finding);
  }
}

std::vector<std::string> Outputs::finish() {
  std::vector<std::string> problems;
  for (Output& out : outputs_) {
    if (out.order) {
      const Status drained = out.order->finish(*out.writer);
      if (!drained) problems.push_back(out.sink->name() + ": findings are missing: " + drained.error().what);
      if (out.order->spill_error())
        problems.push_back(std::string("temporary files: ") + out.order->spill_error()->what +
                           " (more memory was used instead)");
    }
    if (!out.writer->finish() || !out.sink->flush()) problems.push_back(out.sink->name() + ": " + out.sink->why());
  }
  return problems;
}

}  // namespace stopwarden::cli
