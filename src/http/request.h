// The callbacks with which the server starts libmicrohttpd; inside this room only.
#ifndef BH_HTTP_REQUEST_H
#define BH_HTTP_REQUEST_H

#include <microhttpd.h>

// Called with the raw target once the request line is here. Gives the state the two others are
// called with.
void *request_begin(void *server, const char *uri, struct MHD_Connection *mhd);
// Called after the headers, for every piece of the body, at its end, and after a resume.
enum MHD_Result request_step(void *server, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *data, size_t *data_n, void **state);
// Called when the answer was sent or the connection broke.
void request_done(
    void *server, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode why);

#endif
