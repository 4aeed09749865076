#pragma once

/* Sets HOME to the home folder of the user who runs us, if it is set to something else that is none. To be
 * called before anything asks where files are. */
void sendmail_home_mend (void);
