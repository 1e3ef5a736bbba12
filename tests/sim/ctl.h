/* `wasim ctl PATH COMMAND ...`: the control socket from a shell. */
#ifndef PAIRDESK_SIM_CTL_H
#define PAIRDESK_SIM_CTL_H

/* argv: what follows "ctl". Gives the exit status. */
int ctl_main(int argc, char **argv);

#endif
