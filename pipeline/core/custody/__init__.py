"""Who held which deal when: events to visits, visits to holds, moves between them."""
