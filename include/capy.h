/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capy as a library: language models of the Qwen3.5 family and their relatives on the CPU, for C and for every language
 * that can call C. examples/generate.c is a complete program.
 *
 *   capy_open -> capy_chat_tokens -> capy_sequence_create -> capy_prefill -> capy_decode -> capy_sequence_free,
 * capy_close
 *
 * A model is a checkpoint in memory. A sequence is a text that grows: its tokens, and what the model remembers of them.
 *
 * Errors. Functions that can fail return a capy_status. For anything but CAPY_OK, capy_last_error (of the model) or
 * capy_sequence_last_error has a sentence about the call's first argument; and what the call should have given out
 * is not written, or written as NULL, 0 or -1. NULL where it is not allowed, sizes that cannot be and numbers out of
 * range are CAPY_ERROR_INVALID. Nothing is thrown, and nothing but a damaged program ends the process.
 *
 * Threads. A model and all of its sequences are used by one thread at a time; which one may change between calls.
 * Different models are independent. The worker threads of a model work only inside of calls.
 *
 * Memory. What a function hands out by pointer stays the library's: it is never freed by the caller, and each function
 * says how long it lives. What the caller hands in is read during the call only.
 *
 * Strings are UTF-8. Byte counts do not include a final NUL. Files' oddities are told on stderr.
 *
 * Structs begin with their size, so that they can grow at their end: set it to sizeof, the rest to zero, then the
 * fields that matter. A field that is zero has its default, and NULL for a whole struct of options stands for all zero.
 */
#ifndef CAPY_H
#define CAPY_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CAPY_API __attribute__((visibility("default")))
#else
#define CAPY_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct capy_model capy_model;
typedef struct capy_sequence capy_sequence;

typedef enum capy_status {
  CAPY_OK = 0,
  CAPY_ERROR_INVALID = 1,     /* an argument says something that cannot be */
  CAPY_ERROR_CORRUPT = 2,     /* a file is damaged, cut short or lies about its sizes */
  CAPY_ERROR_NOT_FOUND = 3,   /* a file, a tensor, or a tokenizer or template that the model lacks */
  CAPY_ERROR_UNSUPPORTED = 4, /* valid, but capy cannot do it */
  CAPY_ERROR_LIMIT = 5,       /* the context, the memory budget or another limit is reached */
  CAPY_ERROR_IO = 6,          /* the operating system refused */
  CAPY_ERROR_MEMORY = 7,      /* the process is out of memory */
  CAPY_ERROR_BUSY = 8,        /* called from inside a callback where that is not allowed */
  CAPY_ERROR_INTERNAL = 9     /* a mistake of capy's own */
} capy_status;

/* Sequences of one model at once. */
#define CAPY_SEQUENCES_MAX 64

/* "0.1.0", as long as the library is loaded. */
CAPY_API const char* capy_version(void);
/* "ok", "invalid", "corrupt", ...; "unknown" for a number that is no status. As long as the library is loaded. */
CAPY_API const char* capy_status_name(capy_status status);

/* --- the model --- */

enum {
  CAPY_TYPE_AUTO = 0, /* what the file holds; quantised ones are computed as int8 */
  CAPY_TYPE_F32 = 1,
  CAPY_TYPE_BF16 = 2,
  CAPY_TYPE_INT8 = 3,
  CAPY_TYPE_INT4 = 4
};

enum {
  CAPY_KV_AUTO = 0, /* f32 beside CAPY_TYPE_F32, bf16 beside CAPY_TYPE_BF16, else int8 */
  CAPY_KV_F32 = 1,
  CAPY_KV_BF16 = 2,
  CAPY_KV_INT8 = 3,
  CAPY_KV_INT4 = 4
};

typedef struct capy_open_options {
  size_t size;
  int32_t type;           /* CAPY_TYPE_...: how the weights are computed with */
  int32_t kv_type;        /* CAPY_KV_...: how keys and values are kept */
  int32_t threads;        /* 0: the physical cores; the calling thread counts */
  int32_t chunk_tokens;   /* prompt tokens that are computed together; 0: 256 */
  int64_t context_tokens; /* a sequence's greatest length; 0: what the model and the memory allow */
  int64_t memory_bytes;   /* for weights, sequences and work space; 0: 85 % of what is available now */
  /* Where weights that had to be converted (to int8 and int4) and the tokenizer's tables are kept, so that the next
   * start maps them instead of converting again: a second of work, and as many bytes as the converted weights. The
   * directory is made where it is missing; several models and processes may share it. What lies in it may be deleted at
   * any time: it is a cache. It never makes capy_open fail, and takes at most a tenth of the disk. On a phone give the
   * app's own directory for caches. NULL or "": nothing is written anywhere (not even where the program capy has its
   * cache). */
  const char* cache_directory;
} capy_open_options;

/* Opens a GGUF file, a safetensors file or a directory with a checkpoint. The weights stay in the file where they can:
 * do not change it while the model is open. Takes from milliseconds to seconds. On failure *model is NULL and `message`
 * (at most message_bytes with its final NUL, cut where it is longer) says why; on success it is empty. message may be
 * NULL when message_bytes is 0. */
CAPY_API capy_status capy_open(const char* path, const capy_open_options* options, capy_model** model, char* message,
                               size_t message_bytes);

/* Ends the handle; NULL is allowed. Sequences that still exist stay usable and keep the memory until the last one is
 * freed, so garbage collectors may free in any order. CAPY_ERROR_BUSY inside a callback of this model. */
CAPY_API capy_status capy_close(capy_model* model);

/* Why the last failed call with this model failed; "" when none has, or for NULL. Until the next call with it. */
CAPY_API const char* capy_last_error(const capy_model* model);

typedef struct capy_model_info {
  size_t size;               /* set by the caller; the rest is written */
  int64_t vocab;             /* logits per position; ids of tokens are below */
  int64_t context_tokens;    /* no sequence grows beyond this */
  int64_t memory_bytes;      /* the budget */
  int64_t used_bytes;        /* of it, at the moment */
  int32_t type;              /* CAPY_TYPE_... as resolved */
  int32_t kv_type;           /* CAPY_KV_... as resolved */
  int32_t threads;           /* as resolved */
  int32_t has_tokenizer;     /* 0 or 1; without one all functions with text fail */
  int32_t has_chat_template; /* 0 or 1 */
  int32_t bos_token;         /* -1: none */
  int32_t eos_token;         /* -1: none */
  int32_t wants_bos;         /* 1: bos_token belongs before a text that no chat template wrote */
  const char* isa;           /* the instruction set in use: "avx512"; as long as the library is loaded */
} capy_model_info;

CAPY_API capy_status capy_model_describe(capy_model* model, capy_model_info* info);

/* The tokens that end an answer, ascending. As long as the model is open. */
CAPY_API capy_status capy_model_stop_tokens(capy_model* model, const int32_t** tokens, int64_t* count);

/* --- text ---
 * What capy_tokenize and capy_chat_tokens give lives until the next call of either with this model; so does what
 * capy_detokenize and capy_chat_text give, which also ends with a NUL. */

/* The tokens of a text; text_bytes -1: up to its NUL. special 0: for a user's words, <|im_start|> and its like are
 * ordinary text; 1: they become special tokens. No BOS is added. Bytes that are not UTF-8 are no error. */
CAPY_API capy_status capy_tokenize(capy_model* model, const char* text, int64_t text_bytes, int32_t special,
                                   const int32_t** tokens, int64_t* count);

/* The text of tokens. skip_special 1: without control tokens. What is not UTF-8 becomes U+FFFD. */
CAPY_API capy_status capy_detokenize(capy_model* model, const int32_t* tokens, int64_t count, int32_t skip_special,
                                     const char** text, int64_t* text_bytes);

/* The bytes that one token writes: not always whole characters, perhaps none, no NUL at their end. As long as the model
 * is open. CAPY_ERROR_INVALID for an id that is not in the vocabulary. */
CAPY_API capy_status capy_token_text(capy_model* model, int32_t token, const char** text, int64_t* text_bytes);

enum {
  CAPY_THINKING_AUTO = 0, /* what the template does by itself */
  CAPY_THINKING_ON = 1,
  CAPY_THINKING_OFF = 2
};

typedef struct capy_chat_options {
  size_t size;
  const char* tools_json;         /* a JSON array of tools, as in OpenAI's interface; NULL: none */
  int32_t thinking;               /* CAPY_THINKING_...; for templates that know it */
  int32_t omit_generation_prompt; /* 1: the assistant's answer is not begun */
  int32_t exact; /* 1: messages that the template refuses are an error; 0: they are then put in a simpler order */
} capy_chat_options;

/* A conversation as the checkpoint's chat template writes it. messages_json: a JSON array of messages as in OpenAI's
 * interface, [{"role": "user", "content": "Hi"}], up to its NUL. The template's own words for a refusal are in the
 * error.
 *
 * For the model use the tokens: in them only what the template itself wrote has become special tokens, so no message
 * can forge a turn. Tokenising the text again would lose that. */
CAPY_API capy_status capy_chat_tokens(capy_model* model, const char* messages_json, const capy_chat_options* options,
                                      const int32_t** tokens, int64_t* count);
CAPY_API capy_status capy_chat_text(capy_model* model, const char* messages_json, const capy_chat_options* options,
                                    const char** text, int64_t* text_bytes);

/* --- sequences --- */

/* An empty sequence. */
CAPY_API capy_status capy_sequence_create(capy_model* model, capy_sequence** sequence);

/* A second sequence with the same tokens; it shares memory with the first one as long as they agree. */
CAPY_API capy_status capy_sequence_fork(capy_sequence* sequence, capy_sequence** copy);

/* Ends the sequence; NULL is allowed. CAPY_ERROR_BUSY inside a callback of its model: nothing is freed then. */
CAPY_API capy_status capy_sequence_free(capy_sequence* sequence);

/* As capy_last_error, for calls with this sequence. */
CAPY_API const char* capy_sequence_last_error(const capy_sequence* sequence);

CAPY_API capy_status capy_sequence_length(capy_sequence* sequence, int64_t* tokens);
/* All tokens of the sequence. Until the next call with it. */
CAPY_API capy_status capy_sequence_tokens(capy_sequence* sequence, const int32_t** tokens, int64_t* count);

/* Appends tokens and computes them. However a text is divided among calls, the results are the same to the last bit; so
 * a long prompt that must remain interruptible is given piece by piece. CAPY_ERROR_LIMIT when the context would be
 * exceeded, CAPY_ERROR_INVALID for ids outside of the vocabulary: nothing is appended then. When memory ends on the
 * way, the sequence is cut to what has been computed. */
CAPY_API capy_status capy_prefill(capy_sequence* sequence, const int32_t* tokens, int64_t count);

/* Cuts the sequence to its first `length` tokens. Takes no time for the last 32 tokens; further back the next call may
 * have to compute some tokens again. Should memory be lacking for that (CAPY_ERROR_LIMIT), the sequence is lost and can
 * only be freed. */
CAPY_API capy_status capy_sequence_truncate(capy_sequence* sequence, int64_t length);

/* What the model expects after the last token: one score per token id, [vocab]. Until the next call with this sequence.
 * CAPY_ERROR_INVALID for an empty sequence. */
CAPY_API capy_status capy_sequence_logits(capy_sequence* sequence, const float** logits, int64_t* count);

/* How a token is drawn. All zero: the likeliest one. The same seed gives the same tokens on the same instruction set,
 * with any number of threads; the draw depends on the seed, the position in the sequence, the logits and the tokens so
 * far. */
typedef struct capy_sampling_options {
  size_t size;
  float temperature;         /* 0: the likeliest token; 1: the model's own probabilities */
  int32_t top_k;             /* among the k likeliest; 0: all */
  float top_p;               /* among the likeliest that make up this share; 0: all */
  float min_p;               /* among those with at least this share of the likeliest one's probability */
  float typical_p;           /* locally typical sampling; 0: all */
  float presence_penalty;    /* subtracted once from the logits of tokens that were generated */
  float frequency_penalty;   /* subtracted for each time that they were */
  float repetition_penalty;  /* divides scores of tokens in prompt and answer; 0 or 1: off */
  int64_t repetition_window; /* the last tokens that the repetition penalty sees; 0: all */
  uint64_t seed;
  const int32_t* bias_tokens; /* bias_values[i] is added to the logit of bias_tokens[i] */
  const float* bias_values;
  int64_t bias_count;
} capy_sampling_options;

/* Draws the next token and leaves the sequence as it is: append the token with capy_prefill. `logits`: [vocab] of the
 * caller's own, for instance a copy of the sequence's with forbidden tokens at -INFINITY; NULL: the sequence's. The
 * tokens behind the first prompt_tokens count as generated, for the presence and frequency penalties. Drawing and
 * appending in turn gives the tokens that capy_decode gives. */
CAPY_API capy_status capy_sample(capy_sequence* sequence, const float* logits, const capy_sampling_options* sampling,
                                 int64_t prompt_tokens, int32_t* token);

typedef struct capy_token_event {
  size_t size;      /* written by the library */
  int32_t token;    /* -1: no token, only text that was held back because a stop string might have begun */
  const char* text; /* what this token completed: whole characters, often none; ends with a NUL */
  int64_t text_bytes;
} capy_token_event;

/* Called by capy_decode on its thread after every token. The event lives during the call. Return 0 to stop: then it is
 * not called again. In it, the functions of the groups "the model" (but for capy_close) and "text" may be called; those
 * for sequences return CAPY_ERROR_BUSY. It must return normally: no longjmp, no exception. */
typedef int (*capy_on_token)(void* user, const capy_token_event* event);

typedef struct capy_decode_options {
  size_t size;
  const capy_sampling_options* sampling; /* NULL: always the likeliest token */
  int64_t max_tokens;                    /* 0: until a stop or the end of the context */
  const char* const* stop_strings; /* the text ends before the first one of them; at most 64, of 1 to 1024 bytes */
  int64_t stop_string_count;
  const int32_t* stop_tokens; /* besides the model's own */
  int64_t stop_token_count;
  int32_t ignore_eos; /* 1: the model's own stop tokens do not stop */
} capy_decode_options;

enum {
  CAPY_FINISH_STOP = 1,     /* a stop token or a stop string */
  CAPY_FINISH_LENGTH = 2,   /* max_tokens, or the context is full */
  CAPY_FINISH_CANCELLED = 3 /* the callback returned 0 */
};

typedef struct capy_decode_result {
  size_t size;           /* set by the caller; the rest is written */
  int32_t finish;        /* CAPY_FINISH_... */
  const int32_t* tokens; /* generated, a final stop token included; until the next call with this sequence */
  int64_t token_count;
  const char* text; /* their text without special tokens and what a stop string cut off; as long; ends with a NUL */
  int64_t text_bytes;
} capy_decode_result;

/* Lets the model go on from the sequence's tokens, of which there must be at least one. The sequence grows by every
 * token that was generated, a stop token included, whether the call succeeds or not; capy_sequence_truncate takes them
 * back. on_token and result may be NULL. Models without a tokenizer give tokens and no text, and take no stop strings.
 * Presence and frequency penalties count the tokens that this call generates. */
CAPY_API capy_status capy_decode(capy_sequence* sequence, const capy_decode_options* options, capy_on_token on_token,
                                 void* user, capy_decode_result* result);

#ifdef __cplusplus
}
#endif

#endif
