/*
 * settings.h - from what a command line said to what run/ is told.
 */
#ifndef TERN_SETTINGS_H
#define TERN_SETTINGS_H

#include "cli/options.h"
#include "model/gguf.h"
#include "run/gate.h"

/* Point into the options, which must outlive them. */
tern_gguf_options tern_settings_gguf(const tern_options *options);
tern_session_settings tern_settings_session(const tern_options *options);
tern_environment_settings tern_settings_environment(const tern_options *options);
tern_recording_settings tern_settings_recording(const tern_options *options);
tern_gate_settings tern_settings_gate(const tern_options *options);

#endif
