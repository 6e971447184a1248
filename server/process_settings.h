#ifndef SERVER_PROCESS_SETTINGS_H_
#define SERVER_PROCESS_SETTINGS_H_

namespace clip::server {

// Starts the program anew, in the same process, with what LibTorch's OpenMP
// reads before main begins. Returns where the environment says it already, so
// after the new start, and where the program cannot be started. Call it before
// there is anything that the new start would lose.
void RestartWithSettings(char** argv);

// Settings of the whole process that the libraries below us read once, when
// they are first used. Call it before any of them is. What the environment
// already says is kept.
void PrepareProcess();

}  // namespace clip::server

#endif  // SERVER_PROCESS_SETTINGS_H_
