#ifndef SERVER_PROCESS_SETTINGS_H_
#define SERVER_PROCESS_SETTINGS_H_

namespace clip::server {

// Settings of the whole process that the libraries below us read once, when
// they are first used. Call it before any of them is. What the environment
// already says is kept.
void PrepareProcess();

}  // namespace clip::server

#endif  // SERVER_PROCESS_SETTINGS_H_
