// SPDX-License-Identifier: Apache-2.0
// Standard input and output. Results go to stdout by write_output, which tells when the reader has gone or the disk is
// full: an answer that nobody gets is not a success.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace capy {

// Descriptors 0, 1 and 2 may be closed when we start; a file opened later would take their number and receive our
// output. Puts unusable descriptors there. Also ignores SIGPIPE: write errors are seen where they happen.
void secure_standard_streams();

// Everything, at once: no buffering of ours, so that a stream of tokens is seen as it comes.
// kIo where it cannot be written. kReaderGone as the message when the other end of the pipe was closed.
Status write_output(std::string_view text);

// True for the error of write_output that says: nobody reads any more. Not worth a message: `capy ... | head` is usual.
bool is_reader_gone(const Error& error);

// The whole of stdin, byte for byte; kLimit beyond `bytes_max`.
Result<std::string> read_input(int64_t bytes_max);

}  // namespace capy
